"""Content credentials made here: a certificate of our own, and pictures signed with it."""

import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
SIGNER, ISSUER = "Press desk", "Harbour Gazette"


def _name(common):
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, ISSUER), x509.NameAttribute(NameOID.COMMON_NAME, common)]
    )


def _certificate(key, subject, issuer, signer, *, root):
    now = datetime.now(UTC)
    unused = "content_commitment key_encipherment data_encipherment key_agreement encipher_only decipher_only"
    usage = dict.fromkeys(unused.split(), False)
    made = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=root, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=not root, key_cert_sign=root, crl_sign=root, **usage), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False)
    )
    if not root:
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=True)
    return made.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def signed(picture, *, remote=""):
    """The JPEG with credentials in it; with `remote` they lie at that address instead. Skips without the extra."""
    c2pa = pytest.importorskip("c2pa", reason="the extra credentials is not installed")
    root, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    chain = _certificate(key, SIGNER, "Root", root, root=False) + _certificate(root, "Root", "Root", root, root=True)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    info = c2pa.C2paSignerInfo(alg=b"es256", sign_cert=chain, private_key=private, ta_url=None)
    actions = {"actions": [{"action": "c2pa.created", "digitalSourceType": SOURCE}]}
    told = {
        "claim_generator_info": [{"name": "desk", "version": "1"}],
        "title": "harbour.jpg",
        "assertions": [{"label": "c2pa.actions", "data": actions}],
    }
    out = io.BytesIO()
    builder = c2pa.Builder(json.dumps(told))
    if remote:
        builder.set_no_embed()
        builder.set_remote_url(remote)
    builder.sign(c2pa.Signer.from_info(info), "image/jpeg", io.BytesIO(picture), out)
    return out.getvalue()
