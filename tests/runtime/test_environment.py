"""What the settings find in the environment when everything runs on one machine."""

import stat

from itsm.runtime import environment


def test_an_empty_environment_is_filled_for_embedded_engines(tmp_path):
    found = environment.django_environ(
        {}, data=tmp_path, database_url="postgres:///a", redis_url="unix:///b", port=8123
    )

    assert found["DATABASE_URL"] == "postgres:///a"
    assert found["REDIS_URL"] == "unix:///b"
    assert found["THROUGHLINE_EMBEDDED"] == "1"
    assert found["THROUGHLINE_DATA"] == str(tmp_path)
    assert found["SITE_URL"] == "http://localhost:8123"
    assert found["DEBUG"] == "0"


def test_an_outside_database_wins_while_redis_is_still_embedded(tmp_path):
    outside = {"DATABASE_URL": "postgres://db/desk", "PGPORT": "6000"}

    found = environment.django_environ(
        outside, data=tmp_path, database_url=None, redis_url="unix:///b"
    )

    assert found["DATABASE_URL"] == "postgres://db/desk"
    assert found["PGPORT"] == "6000"
    assert found["REDIS_URL"] == "unix:///b"


def test_a_variable_given_as_a_file_counts_as_given(tmp_path):
    outside = {"DATABASE_URL_FILE": "/run/secrets/db", "SECRET_KEY_FILE": "/run/secrets/key"}

    found = environment.django_environ(
        outside, data=tmp_path, database_url="postgres:///a", redis_url="unix:///b"
    )

    assert "DATABASE_URL" not in found
    assert "SECRET_KEY" not in found


def test_variables_that_would_redirect_an_embedded_connection_are_dropped(tmp_path):
    found = environment.django_environ(
        {"PGHOST": "elsewhere", "PGUSER": "me"}, data=tmp_path, database_url="postgres:///a"
    )

    assert not {"PGHOST", "PGUSER"} & set(found)


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    first = environment.secret_key(tmp_path)
    second = environment.secret_key(tmp_path)

    assert first == second
    assert len(first) >= 50
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_the_port_comes_from_the_environment_or_is_8000():
    assert environment.port_of({"PORT": "9000"}) == 9000
    assert environment.port_of({"PORT": "what"}) == 8000
    assert environment.port_of({}) == 8000
