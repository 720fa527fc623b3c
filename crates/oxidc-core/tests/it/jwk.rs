//! Key sets and the choice of a key.

use oxidc_core::wire::base64url::encode;
use oxidc_core::wire::jose::{Algorithm, KeySet};
use oxidc_core::wire::json::{Object, Value};
use proptest::prelude::*;

use crate::support::{document, value};

fn set(keys: Vec<Value>) -> KeySet {
    KeySet::parse(&Object::new().with("keys", keys).into()).unwrap()
}

/// How many keys of a set with this one fit.
fn fitting(key: &Object, algorithm: Algorithm) -> usize {
    set(vec![key.clone().into()]).select(algorithm, None).len()
}

fn fits(key: &Object, algorithm: Algorithm) -> bool {
    fitting(key, algorithm) == 1
}

/// A modulus of so many bits.
fn modulus(bits: usize) -> String {
    let mut octets = vec![0xff; bits.div_ceil(8)];
    octets[0] = 0xff >> (octets.len() * 8 - bits);
    encode(&octets)
}

fn rsa() -> Object {
    Object::new().with("kty", "RSA").with("n", modulus(2048)).with("e", "AQAB")
}

fn ec(curve: &str, octets: usize) -> Object {
    Object::new().with("kty", "EC").with("crv", curve).with("x", encode(&vec![1; octets])).with("y", encode(&vec![2; octets]))
}

fn okp(curve: &str, octets: usize) -> Object {
    Object::new().with("kty", "OKP").with("crv", curve).with("x", encode(&vec![1; octets]))
}

#[test]
fn each_algorithm_takes_the_keys_that_are_made_for_it_and_no_others() {
    let keys = [
        ("RSA", rsa()),
        ("P-256", ec("P-256", 32)),
        ("P-384", ec("P-384", 48)),
        ("P-521", ec("P-521", 66)),
        ("Ed25519", okp("Ed25519", 32)),
    ];
    for algorithm in Algorithm::ALL {
        let made_for = match algorithm.name() {
            "ES256" => "P-256",
            "ES384" => "P-384",
            "ES512" => "P-521",
            "EdDSA" => "Ed25519",
            _ => "RSA",
        };
        for (name, key) in &keys {
            assert_eq!(fits(key, *algorithm), *name == made_for, "{} with {name}", algorithm.name());
        }
    }
}

#[test]
fn the_public_keys_of_rfc_7520_and_rfc_8037_fit_their_signatures() {
    let keys = set(vec![
        value(&document("jose-cookbook/jwk/3_1.ec_public_key.json")),
        value(&document("jose-cookbook/jwk/3_3.rsa_public_key.json")),
    ]);
    let kid = Some("bilbo.baggins@hobbiton.example");
    for (algorithm, kty) in [(Algorithm::Rs256, "RSA"), (Algorithm::Ps384, "RSA"), (Algorithm::Es512, "EC")] {
        // T315: both have the same kid; type and algorithm tell them apart.
        let found = keys.select(algorithm, kid);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].get("kty").and_then(Value::as_str), Some(kty));
    }
    assert!(keys.select(Algorithm::Es256, kid).is_empty());
    let mut ed25519 = document("jose-cookbook/curve25519/jws.json")["input"]["key"].clone();
    ed25519.as_object_mut().unwrap().remove("d");
    assert_eq!(set(vec![value(&ed25519)]).select(Algorithm::EdDsa, None).len(), 1);
}

#[test]
fn only_members_that_make_the_key_are_given_out() {
    let odd = rsa()
        .with("kid", "k")
        .with("use", "sig")
        .with("alg", "RS256")
        .with("key_ops", vec!["verify"])
        .with("ext", false)
        .with("x5c", vec!["AA"])
        .with("__proto__", 1_u32);
    assert_eq!(set(vec![odd.into()]).select(Algorithm::Rs256, Some("k")), [Value::from(rsa())]);
    let odd = ec("P-256", 32).with("kid", "k").with("x5t", "AA");
    assert_eq!(set(vec![odd.into()]).select(Algorithm::Es256, Some("k")), [Value::from(ec("P-256", 32))]);
}

#[test]
fn t009_a_kid_that_names_a_key_of_another_type_selects_nothing() {
    let keys = set(vec![ec("P-256", 32).with("kid", "ec").into(), rsa().with("kid", "rsa").into()]);
    assert!(keys.select(Algorithm::Rs256, Some("ec")).is_empty());
    assert!(keys.select(Algorithm::Es256, Some("rsa")).is_empty());
}

#[test]
fn t010_a_curve_of_another_algorithm_is_refused() {
    assert!(!fits(&ec("P-384", 48), Algorithm::Es256));
    assert!(!fits(&ec("P-256", 32), Algorithm::Es384));
    for (curve, octets) in [("X25519", 32), ("Ed448", 57), ("X448", 56)] {
        assert!(!fits(&okp(curve, octets), Algorithm::EdDsa), "{curve}");
    }
    assert!(!fits(&ec("secp256k1", 32), Algorithm::Es256));
    assert!(!fits(&ec("p-256", 32), Algorithm::Es256));
    assert!(!fits(&okp("P-256", 32), Algorithm::Es256));
}

#[test]
fn t011_a_key_that_names_an_algorithm_is_for_that_one_only() {
    for other in [Value::from("RS512"), "PS256".into(), "rs256".into(), "RSA-OAEP".into(), "".into(), 1_u32.into(), vec!["RS256"].into()] {
        assert!(!fits(&rsa().with("alg", other.clone()), Algorithm::Rs256), "{other:?}");
    }
    assert!(fits(&rsa().with("alg", "RS256"), Algorithm::Rs256));
    assert!(!fits(&rsa().with("alg", "RS256"), Algorithm::Rs512));
    assert!(fits(&okp("Ed25519", 32).with("alg", "Ed25519"), Algorithm::EdDsa));
    assert!(fits(&rsa().with("alg", None::<&str>), Algorithm::Rs256));
}

#[test]
fn t012_a_key_that_is_not_for_signatures_is_refused() {
    for usage in [Value::from("enc"), "SIG".into(), "".into(), true.into(), vec!["sig"].into()] {
        assert!(!fits(&rsa().with("use", usage.clone()), Algorithm::Rs256), "{usage:?}");
    }
    for operations in
        [Value::from(vec!["sign"]), vec!["encrypt", "wrapKey"].into(), Vec::<&str>::new().into(), "verify".into(), vec![1_u32].into()]
    {
        assert!(!fits(&rsa().with("key_ops", operations.clone()), Algorithm::Rs256), "{operations:?}");
    }
    assert!(fits(&rsa().with("use", "sig").with("key_ops", vec!["sign", "verify"]), Algorithm::Rs256));
    assert!(!fits(&rsa().with("use", "enc").with("key_ops", vec!["verify"]), Algorithm::Rs256));
}

#[test]
fn t013_rsa_keys_of_less_than_2048_bits_are_refused() {
    for bits in [1, 512, 1024, 2040, 2047] {
        assert!(!fits(&rsa().with("n", modulus(bits)), Algorithm::Rs256), "{bits}");
    }
    for bits in [2048, 2049, 3072, 4096] {
        assert!(fits(&rsa().with("n", modulus(bits)), Algorithm::Ps512), "{bits}");
    }
    // Leading zeros do not make a key longer.
    let padded = encode(&[vec![0; 128], vec![0xff; 128]].concat());
    assert!(!fits(&rsa().with("n", padded), Algorithm::Rs256));
    for n in [Value::from(""), "AA".into(), encode(&[0; 256]).into(), 5_u32.into(), "%".into()] {
        assert!(!fits(&rsa().with("n", n.clone()), Algorithm::Rs256), "{n:?}");
    }
}

#[test]
fn t014_rsa_exponents_are_odd_and_greater_than_one() {
    for exponent in [&[][..], &[0], &[1], &[0, 0, 1], &[2], &[4], &[1, 0, 0], &[1, 0, 2]] {
        assert!(!fits(&rsa().with("e", encode(exponent)), Algorithm::Rs256), "{exponent:?}");
    }
    for exponent in [&[3][..], &[17], &[1, 0, 1], &[0, 3], &[1, 1]] {
        assert!(fits(&rsa().with("e", encode(exponent)), Algorithm::Rs256), "{exponent:?}");
    }
    for e in [Value::from(65_537_u32), "AQAB=".into(), None::<bool>.into()] {
        assert!(!fits(&rsa().with("e", e.clone()), Algorithm::Rs256), "{e:?}");
    }
}

#[test]
fn t015_coordinates_of_another_length_are_refused() {
    for (curve, octets, algorithm) in [("P-256", 32, Algorithm::Es256), ("P-384", 48, Algorithm::Es384), ("P-521", 66, Algorithm::Es512)] {
        for wrong in [0, 1, octets - 1, octets + 1, octets * 2] {
            for coordinate in ["x", "y"] {
                assert!(!fits(&ec(curve, octets).with(coordinate, encode(&vec![1; wrong])), algorithm), "{curve} {coordinate} {wrong}");
            }
        }
        for coordinate in ["x", "y"] {
            let mut key = ec(curve, octets);
            key.remove(coordinate);
            assert!(!fits(&key, algorithm), "{curve} without {coordinate}");
        }
    }
    for wrong in [0, 31, 33, 64] {
        assert!(!fits(&okp("Ed25519", wrong), Algorithm::EdDsa), "{wrong}");
    }
}

#[test]
fn t313_without_a_kid_the_one_fitting_key_is_taken() {
    let keys = set(vec![rsa().with("kid", "a").into(), ec("P-256", 32).into(), okp("Ed25519", 32).into()]);
    assert_eq!(keys.select(Algorithm::Rs256, None), [Value::from(rsa())]);
}

#[test]
fn t314_without_a_kid_up_to_four_fitting_keys_are_tried() {
    let several = |count: usize| set((0..count).map(|n| rsa().with("kid", n.to_string()).into()).chain([ec("P-256", 32).into()]).collect());
    assert_eq!(several(4).select(Algorithm::Rs256, None).len(), 4);
    assert!(several(5).select(Algorithm::Rs256, None).is_empty());
    assert_eq!(several(5).select(Algorithm::Rs256, Some("3")).len(), 1);
}

#[test]
fn t315_two_fitting_keys_of_one_kid_select_nothing() {
    let keys =
        set(vec![rsa().with("kid", "k").into(), rsa().with("kid", "k").with("n", modulus(3072)).into(), rsa().with("kid", "other").into()]);
    assert!(keys.select(Algorithm::Rs256, Some("k")).is_empty());
    let told_apart = set(vec![
        rsa().with("kid", "k").with("alg", "RS256").into(),
        rsa().with("kid", "k").with("alg", "PS256").into(),
        ec("P-256", 32).with("kid", "k").into(),
    ]);
    for algorithm in [Algorithm::Rs256, Algorithm::Ps256, Algorithm::Es256] {
        assert_eq!(told_apart.select(algorithm, Some("k")).len(), 1, "{}", algorithm.name());
    }
    let one_for_encryption = set(vec![rsa().with("kid", "k").with("use", "enc").into(), rsa().with("kid", "k").with("use", "sig").into()]);
    assert_eq!(one_for_encryption.select(Algorithm::Rs256, Some("k")).len(), 1);
}

#[test]
fn t316_a_kid_is_compared_as_a_text() {
    let long = "k".repeat(1 << 20);
    for kid in ["", "k", "../../x", "' OR 1=1 --", "__proto__", "a\0b", "é", &long] {
        let keys = set(vec![rsa().with("kid", kid).into(), rsa().with("kid", "other").into(), rsa().into()]);
        assert_eq!(keys.select(Algorithm::Rs256, Some(kid)).len(), 1);
        assert!(keys.select(Algorithm::Rs256, Some(&format!("{kid} "))).is_empty());
    }
    for kid in [Value::from(1_u32), vec!["k"].into(), Object::new().into(), None::<bool>.into()] {
        assert!(set(vec![rsa().with("kid", kid.clone()).into()]).select(Algorithm::Rs256, Some("1")).is_empty(), "{kid:?}");
    }
    // A key without a kid is not the one that was named.
    assert!(set(vec![rsa().into()]).select(Algorithm::Rs256, Some("k")).is_empty());
}

#[test]
fn t317_symmetric_and_private_keys_are_never_used() {
    let symmetric = value(&document("jose-cookbook/jwk/3_5.symmetric_key_mac_computation.json"));
    let private_ec = value(&document("jose-cookbook/jwk/3_2.ec_private_key.json"));
    let private_rsa = value(&document("jose-cookbook/jwk/3_4.rsa_private_key.json"));
    let private_okp = value(&document("jose-cookbook/curve25519/jws.json")["input"]["key"]);
    let keys = set(vec![symmetric, private_ec, private_rsa, private_okp]);
    for algorithm in Algorithm::ALL {
        assert!(keys.select(*algorithm, None).is_empty(), "{}", algorithm.name());
    }
    for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        assert!(!fits(&rsa().with(member, "AA"), Algorithm::Rs256), "{member}");
    }
    assert!(!keys.to_value().to_text().contains("\"d\""));
    assert!(!keys.to_value().to_text().contains("\"k\""));
}

#[test]
fn t318_bad_keys_among_good_ones_are_passed_over() {
    let bad: Vec<Value> = vec![
        None::<bool>.into(),
        1_u32.into(),
        "key".into(),
        vec!["RSA"].into(),
        Object::new().into(),
        Object::new().with("kty", "PQ").into(),
        Object::new().with("kty", 1_u32).into(),
        ec("P-256K", 32).into(),
        rsa().with("n", "===").into(),
        okp("Ed25519", 3).into(),
        rsa().with("kty", "rsa").into(),
    ];
    let keys = set(bad.into_iter().chain([rsa().into()]).collect());
    assert_eq!(keys.select(Algorithm::Rs256, None), [Value::from(rsa())]);
}

#[test]
fn t319_a_document_that_is_no_set_of_1_to_100_keys_is_refused() {
    for text in ["{}", "[]", "null", r#"{"keys":null}"#, r#"{"keys":{}}"#, r#"{"keys":[]}"#, r#"{"keys":"x"}"#, r#"{"Keys":[{}]}"#] {
        assert!(KeySet::parse(&Value::parse(text).unwrap()).is_err(), "{text}");
    }
    let sized = |count: usize| Object::new().with("keys", vec![Value::from(rsa()); count]).into();
    assert!(KeySet::parse(&sized(100)).is_ok());
    assert!(KeySet::parse(&sized(101)).is_err());
}

#[test]
fn a_set_from_the_cache_selects_the_same_keys() {
    let keys = set(vec![
        rsa().with("kid", "k").with("use", "enc").into(),
        rsa().with("kid", "l").with("key_ops", vec!["verify"]).into(),
        ec("P-256", 32).with("alg", "ES256").into(),
    ]);
    let cached = KeySet::parse(&Value::parse(&keys.to_value().to_text()).unwrap()).unwrap();
    for algorithm in Algorithm::ALL {
        for kid in [None, Some("k"), Some("l")] {
            assert_eq!(cached.select(*algorithm, kid), keys.select(*algorithm, kid));
        }
    }
}

proptest! {
    #[test]
    fn members_of_any_content_are_read_or_passed_over(kty in "RSA|EC|OKP|[a-z]{0,3}", crv in "P-256|Ed25519|.{0,3}", text in "[A-Za-z0-9_-]{0,90}", usage: String) {
        let key = Object::new().with("kty", kty).with("crv", crv).with("x", text.as_str()).with("y", text.as_str()).with("n", text.as_str()).with("e", text).with("use", usage);
        for algorithm in Algorithm::ALL {
            prop_assert!(fitting(&key, *algorithm) <= 1);
        }
    }
}
