#!/usr/bin/env bash
# Fetches the detection models and ONNX Runtime into models/.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

need_python
python3 "$root/scripts/models/fetch.py" --out "$root/models" --cache "$cache"
