"""The secrets of a trial installation: made once, kept in var/portal.env, readable by the owner alone."""

import os
from pathlib import Path

from portal.env import load_env_file, make_secret, read_env_file, write_env_file
from portal.runner.say import say

NAMES = ("SECRET_KEY", "FIELD_KEYS", "HASH_KEY", "CERTIFICATE_KEYS")
COMMENT = "Made by ./run. FIELD_KEYS and HASH_KEY belong to the data: keep them with every backup, tell nobody."


def load_or_make(var: Path) -> None:
    """Put the kept secrets into the environment, making those that are missing. What is set there wins."""
    path = var / "portal.env"
    kept = read_env_file(path)
    missing = [name for name in NAMES if name not in kept and not os.environ.get(name)]
    if missing:
        if "FIELD_KEYS" in missing and ((var / "postgres").exists() or (var / "servers.json").exists()):
            say(
                f"  Note: {path} with the old keys is gone. Encrypted values of the old data cannot be "
                f"read any more; put the file back if you have it. 注意:旧密钥已丢失"
            )
        kept |= {name: make_secret(name) for name in missing}
        write_env_file(path, {"PORTAL_MODE": "development", **kept}, COMMENT)
    path_mode = path.stat().st_mode if path.exists() else 0
    if path_mode & 0o077:
        path.chmod(0o600)
    load_env_file(path)
