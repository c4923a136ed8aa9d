"""The forecast service, played by a real server on this machine that gives answers of the recorded shape."""

import json
import threading
import time
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

import numpy as np
import pandas as pd
import pytest

from forecasting import InputError, day_index, load_weather, open_meteo_http
from forecasting.sun import clear_sky_ghi, sun_vectors

NOW = datetime(2026, 6, 20, 6, 30, tzinfo=UTC)
DAY = date(2026, 6, 21)


def answer(query):
    """Hourly values for the dates asked for, as Open-Meteo gives them: Unix times, irradiance of the hour before."""
    start = pd.Timestamp(query["start_date"][0], tz="UTC")
    end = pd.Timestamp(query["end_date"][0], tz="UTC") + pd.Timedelta(hours=23)
    times = pd.date_range(start, end, freq="h")
    seconds = times.as_unit("s").asi8
    middles = (times - pd.Timedelta(minutes=30)).as_unit("ns").asi8
    up = sun_vectors(float(query["latitude"][0]), float(query["longitude"][0]), 20.0, middles)[:, 2]
    ghi = 0.8 * clear_sky_ghi(up)
    columns = {
        "shortwave_radiation": (ghi, "W/m²"),
        "diffuse_radiation": (0.3 * ghi, "W/m²"),
        "direct_normal_irradiance": (np.where(up > 0.05, 0.7 * ghi / np.maximum(up, 0.05), 0.0), "W/m²"),
        "temperature_2m": (20.0 + (seconds / 3600.0) % 24.0, "°C"),
        "wind_speed_10m": (np.full(len(times), 3.4), "m/s"),
    }
    names = query["hourly"][0].split(",")
    return {
        "latitude": 35.6875,
        "longitude": 119.8125,
        "elevation": 20.0,
        "utc_offset_seconds": 0,
        "hourly_units": {"time": "unixtime"} | {name: columns[name][1] for name in names},
        "hourly": {"time": seconds.tolist()} | {name: columns[name][0].round(2).tolist() for name in names},
    }


class Service:
    """A server whose behaviour a test can change; counts the requests."""

    def __init__(self):
        self.queries = []
        self.behave = lambda query, count: (200, json.dumps(answer(query)))
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                query = parse_qs(urlparse(self.path).query)
                service.queries.append(query)
                status, body = service.behave(query, len(service.queries))
                self.send_response(status)
                self.end_headers()
                with suppress(BrokenPipeError, ConnectionResetError):  # the client had waited long enough
                    self.wfile.write(body.encode())

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def service(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(open_meteo_http, "FIRST_PAUSE_S", 0.01)
    running = Service()
    yield running
    running.close()


@pytest.fixture
def ask(service, qingdao, tmp_path, climatology_file):
    def load(spec="open-meteo", now=NOW, step=60, day=DAY, cache=tmp_path / "cache"):
        index = day_index(day, qingdao.timezone, step)
        return load_weather(spec, qingdao, index, climatology_file, cache_dir=cache, now=now, base_url=service.url)

    return load


def change(service, edit):
    """Let the service give answers that ``edit`` has spoilt."""

    def behave(query, _):
        data = answer(query)
        edit(data)
        return 200, json.dumps(data)

    service.behave = behave


def test_request_and_values(service, ask):
    weather = ask()
    query = service.queries[0]
    assert query["wind_speed_unit"] == ["ms"]
    assert query["timeformat"] == ["unixtime"]
    assert (query["start_date"], query["end_date"]) == (["2026-06-20"], ["2026-06-21"])
    assert weather.kind == "forecast"
    assert weather.issued_at == NOW
    assert weather.notes == ()
    assert (weather.table["wind_m_per_s"] - 3.4).abs().max() < 1e-9


@pytest.mark.parametrize("step", [60, 15])
def test_irradiance_belongs_to_the_hour_before_its_stamp(ask, step):
    """The value stamped 10:00 is the mean of [09:00, 10:00), so the mean of the interval that starts at 09:00."""
    ghi = ask(step=step).table["ghi_w_per_m2"]
    nine = pd.Timestamp("2026-06-21T09:30:00+08:00").as_unit("ns").value
    expected = 0.8 * clear_sky_ghi(sun_vectors(35.7, 119.8, 20.0, np.array([nine]))[:, 2])[0]
    assert ghi["2026-06-21 09:00":"2026-06-21 09:59"].mean() == pytest.approx(expected, abs=0.02)


def test_temperature_is_a_value_at_the_moment(ask):
    """It rises 1 K per hour from 20 °C at 00:00 UTC; the interval 09:00 to 10:00 local has its middle at 01:30 UTC."""
    temperature = ask().table["temperature_c"]
    assert temperature["2026-06-21 09:00"] == pytest.approx(21.5)


def test_fresh_answers_are_kept_three_hours(service, ask):
    first = ask()
    again = ask(now=NOW + timedelta(hours=2.9))
    assert len(service.queries) == 1
    assert again.issued_at == NOW
    pd.testing.assert_frame_equal(first.table, again.table)
    assert ask(now=NOW + timedelta(hours=3.1)).issued_at == NOW + timedelta(hours=3.1)
    assert len(service.queries) == 2


def test_kept_forecast_serves_while_the_service_is_down(service, ask):
    ask()
    service.behave = lambda query, count: (500, "oops")
    weather = ask(now=NOW + timedelta(hours=20))
    assert weather.issued_at == NOW
    assert "20.0 h ago" in weather.notes[0].en
    assert "HTTP 500" in weather.notes[0].en


def test_stale_forecast_is_refused(service, ask):
    ask()
    service.behave = lambda query, count: (500, "oops")
    with pytest.raises(InputError, match=r"25 h old.*at most 24 h.*HTTP 500"):
        ask(now=NOW + timedelta(hours=25))


def test_three_tries(service, ask):
    service.behave = lambda query, count: (503, "busy") if count < 3 else (200, json.dumps(answer(query)))
    assert ask().kind == "forecast"
    assert len(service.queries) == 3


def test_refusal_is_final_and_told(service, ask):
    service.behave = lambda query, count: (400, json.dumps({"error": True, "reason": "Latitude must be in range"}))
    with pytest.raises(InputError, match="HTTP 400 Latitude must be in range"):
        ask()
    assert len(service.queries) == 1


def test_too_slow(service, ask, monkeypatch):
    monkeypatch.setattr(open_meteo_http, "SHORT_S", (0.2, 0.2))
    service.behave = lambda query, count: (time.sleep(0.6), (200, "{}"))[1]
    weather = ask("auto")
    assert weather.kind == "climatology"
    assert "ReadTimeout" in weather.notes[0].en


def test_answer_without_end(service, ask, monkeypatch):
    monkeypatch.setattr(open_meteo_http, "MAX_BYTES", 1000)
    with pytest.raises(InputError, match="too long"):
        ask()


@pytest.mark.parametrize(
    "body",
    [
        "<html>proxy login</html>",
        "",
        "[1, 2]",
        "[" * 100_000,
        "{}",
        '{"hourly": {}}',
        '{"hourly": {"time": "x"}, "hourly_units": {}}',
    ],
)
def test_garbage(service, ask, body):
    service.behave = lambda query, count: (200, body)
    with pytest.raises(InputError, match="Open-Meteo"):
        ask()


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (lambda d: d["hourly"]["shortwave_radiation"].__setitem__(20, None), r"shortwave_radiation at .* is 'null'"),
        (lambda d: d["hourly"]["temperature_2m"].__setitem__(20, 200.0), r"temperature_2m at .* 200"),
        (lambda d: d["hourly"]["wind_speed_10m"].__setitem__(20, "calm"), "wind_speed_10m at"),
        (lambda d: d["hourly"]["wind_speed_10m"].pop(), "list of 48 values"),
        (lambda d: d["hourly"].pop("diffuse_radiation"), "diffuse_radiation"),
        (lambda d: d["hourly_units"].__setitem__("wind_speed_10m", "km/h"), "km/h.*expected: m/s"),
        (lambda d: [column.pop(20) for column in d["hourly"].values()], "1 hours missing"),
        (lambda d: d["hourly"]["time"].__setitem__(20, True), "Unix times"),
        (lambda d: d["hourly"].__setitem__("time", [t - 6 * 3600 for t in d["hourly"]["time"]]), "at night"),
    ],
)
def test_answers_that_cannot_be_believed(service, ask, edit, says):
    change(service, edit)
    with pytest.raises(InputError, match=says):
        ask()
    assert ask("auto").kind == "climatology"


def test_auto_says_why_it_fell_back(service, ask, qingdao, tmp_path, climatology_file):
    service.behave = lambda query, count: (500, "")
    weather = ask("auto")
    assert weather.kind == "climatology"
    assert "HTTP 500" in weather.notes[0].en
    assert "HTTP 500" in weather.notes[0].zh
    index = day_index(DAY, qingdao.timezone, 60)
    weather = load_weather("auto", qingdao, index, climatology_file, tmp_path, NOW, "http://127.0.0.1:9")
    assert "ConnectError" in weather.notes[0].en


def test_days_out_of_reach_are_not_asked_for(service, ask):
    for day in (date(2026, 7, 20), date(2026, 1, 1)):
        with pytest.raises(InputError, match="dates"):
            ask(day=day)
    assert service.queries == []
    assert ask(day=date(2026, 7, 4)).kind == "forecast"


def test_broken_cache_file_is_fetched_anew(service, ask, tmp_path):
    ask()
    (kept,) = (tmp_path / "cache").iterdir()
    kept.write_text("{half a fi")
    assert ask().kind == "forecast"
    assert len(service.queries) == 2


def test_folder_that_cannot_be_written(ask, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    weather = ask(cache=blocked / "cache")
    assert weather.kind == "forecast"
    assert "could not be kept" in weather.notes[0].en


def test_default_folder_follows_xdg(monkeypatch, tmp_path):
    from forecasting.file_cache import default_folder

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "park-ems"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert default_folder().parts[-2:] == (".cache", "park-ems")


def test_moment_without_zone(ask):
    with pytest.raises(InputError, match="now"):
        ask(now=datetime(2026, 6, 20))  # noqa: DTZ001
