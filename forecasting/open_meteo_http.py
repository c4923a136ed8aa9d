"""One GET request for JSON: timeouts, three tries, no answer believed unseen."""

from __future__ import annotations

import json
import time
from typing import Any

from forecasting.errors import InputError

TRIES = 3
RETRY_STATUS = (429, 500, 502, 503, 504)


def get_json(source: str, url: str, params: dict[str, str], patient: bool) -> dict[str, Any]:
    """Return the JSON object at ``url``.

    Tries three times, with growing pauses, when the service cannot be reached, is too slow or says that it has a
    fault of its own; other refusals are final. A patient caller waits up to 15 s for each answer, others 3 s.
    """
    import httpx

    timeout = httpx.Timeout(15.0, connect=5.0) if patient else httpx.Timeout(3.0, connect=2.0)
    pause = 0.5 if patient else 0.1
    reason = ""
    with httpx.Client(timeout=timeout, headers={"User-Agent": "park-ems"}) as client:
        for attempt in range(TRIES):
            if attempt:
                time.sleep(pause * 2 ** (attempt - 1))
            try:
                response = client.get(url, params=params)
            except httpx.HTTPError as error:
                reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
                continue
            if response.status_code == 200:
                return _object(source, response.text)
            reason = f"HTTP {response.status_code} {_reason(response.text)}".strip()
            if response.status_code not in RETRY_STATUS:
                raise InputError(source, "request", reason, "HTTP 200")
    raise InputError(
        source, "answer", reason, f"an answer within {TRIES} tries", "check the network, or choose another weather"
    )


def _object(source: str, text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except ValueError as error:
        raise InputError(source, "answer", text[:60], "JSON") from error
    if not isinstance(data, dict):
        raise InputError(source, "answer", type(data).__name__, "a JSON object")
    return data


def _reason(text: str) -> str:
    """What the service itself says is wrong, if it says so in its usual form."""
    try:
        data = json.loads(text)
    except ValueError:
        return ""
    return str(data.get("reason", ""))[:200] if isinstance(data, dict) else ""
