from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unifi_scanner.api.totp import TotpSecret, read_totp_secret

RFC_KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238, appendix B
SHA256_KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA"


@pytest.mark.parametrize(
    ("moment", "code"), [(59, "94287082"), (1111111109, "07081804"), (20000000000, "65353130")]
)
def test_codes_are_those_of_the_rfc(moment: int, code: str) -> None:
    secret = read_totp_secret(f"otpauth://totp/x?secret={RFC_KEY}&digits=8")
    assert secret.code_of(secret.step_at(moment)) == code


def test_another_algorithm_is_honoured() -> None:
    secret = read_totp_secret(f"otpauth://totp/x?secret={SHA256_KEY}&digits=8&algorithm=SHA256")
    assert secret.code_of(secret.step_at(59)) == "46119246"


@pytest.mark.parametrize(
    "text",
    [
        "JBSWY3DPEHPK3PXP",
        "jbsw y3dp ehpk 3pxp",
        " JBSW-Y3DP-EHPK-3PXP\n",
        "otpauth://totp/UniFi:me@example.org?secret=JBSWY3DPEHPK3PXP&issuer=UniFi",
        "OTPAUTH://TOTP/x?SECRET=jbswy3dpehpk3pxp&digits=6&period=30&algorithm=sha1",
        "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP%3D%3D%3D",
    ],
)
def test_every_way_people_write_a_secret_is_the_same_secret(text: str) -> None:
    assert read_totp_secret(text) == TotpSecret(b"Hello!\xde\xad\xbe\xef")


def test_a_secret_without_its_padding_is_read() -> None:
    assert read_totp_secret("MFRGGZDFMZTWQ2LK").key == b"abcdefghij"
    assert read_totp_secret("MFRGGZDFMZTWQ").key == read_totp_secret("MFRGGZDFMZTWQ===").key == b"abcdefgh"


def test_digits_and_period_of_an_address_are_honoured() -> None:
    secret = read_totp_secret("otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&digits=7&period=60&algorithm=SHA512")
    assert (secret.digits, secret.period, secret.algorithm) == (7, 60, "SHA512")
    assert len(secret.code_of(1)) == 7
    assert (secret.step_at(119.9), secret.seconds_left(110.0)) == (1, 10.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "at least 13 letters"),
        ("123456", "six-digit code"),
        ("JBSWY3DPEHPK3PX1", "A to Z"),
        ("otpauth://hotp/x?secret=JBSWY3DPEHPK3PXP&counter=1", "totp"),
        ("otpauth://totp/x?issuer=UniFi", "at least 13 letters"),
        ("otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&period=0", "period"),
        ("otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&digits=12", "digits"),
        ("otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&algorithm=MD5", "algorithm"),
        ("A" * 2000, "too long"),
    ],
)
def test_a_bad_secret_is_told_without_repeating_it(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as told:
        read_totp_secret(text)
    assert "JBSW" not in str(told.value)


@given(
    st.text()
    | st.text().map(lambda tail: f"otpauth://totp/x?secret={tail}")
    | st.text().map(lambda t: f"otpauth:{t}")
)
def test_any_text_is_a_secret_or_a_value_error(text: str) -> None:
    try:
        secret = read_totp_secret(text)
    except ValueError:
        return
    code = secret.code_of(secret.step_at(1_700_000_000.0))
    assert len(code) == secret.digits
    assert code.isdecimal()


def test_a_secret_shows_itself_to_nobody() -> None:
    assert "Hello" not in repr(read_totp_secret("JBSWY3DPEHPK3PXP"))
