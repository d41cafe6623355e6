// Unit tests speak English.
import { en } from './en';
import { speak } from './index';

speak('en', en);
