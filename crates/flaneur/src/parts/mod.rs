//! What the roles share: `flaneur serve` is made of all of it, the others of what they need.

pub mod accept;
pub mod accounts;
pub mod admin;
pub mod answering;
pub mod bar;
pub mod dialogue;
pub mod draft;
pub mod front;
pub mod health;
pub mod lock;
pub mod logging;
pub mod metrics;
pub mod open;
pub mod process;
pub mod proxy;
pub mod requests;
pub mod sealing;
pub mod shutdown;
pub mod steps;
pub mod telling;
pub mod traces;
pub mod watching;
pub mod work;
