//! Signed tokens: their shape.

use oxidc_core::wire::base64url::{decode, encode};
use oxidc_core::wire::jose::{Algorithm, Jws, JwsError};
use oxidc_core::wire::json::Value;
use proptest::prelude::*;

use crate::support::{document, token};

const HEADER: &str = r#"{"alg":"RS256","kid":"k"}"#;
const PAYLOAD: &str = r#"{"sub":"u"}"#;

fn refused(token: &str) -> Option<JwsError> {
    Jws::parse(token).err()
}

fn compact(path: &str) -> String {
    document(path)["output"]["compact"].as_str().unwrap().into()
}

#[test]
fn the_parts_of_a_good_token_are_given_out() {
    let text = token(r#"{"typ":"JWT","alg":"ES256","kid":"k1","jku":"https://evil.example"}"#, PAYLOAD);
    let jws = Jws::parse(&text).ok().unwrap();
    assert_eq!(jws.header.alg, "ES256");
    assert_eq!(jws.header.kid.as_deref(), Some("k1"));
    assert_eq!(jws.header.typ.as_deref(), Some("JWT"));
    assert_eq!(jws.payload.to_text(), PAYLOAD);
    assert_eq!(jws.signature, [7; 64]);
    assert_eq!(jws.signing_input, text.rsplit_once('.').unwrap().0);
}

#[test]
fn the_headers_and_signatures_of_rfc_7520_and_rfc_8037_are_read() {
    for (path, algorithm) in [
        ("jose-cookbook/jws/4_1.rsa_v15_signature.json", Some(Algorithm::Rs256)),
        ("jose-cookbook/jws/4_2.rsa-pss_signature.json", Some(Algorithm::Ps384)),
        ("jose-cookbook/jws/4_3.ecdsa_signature.json", Some(Algorithm::Es512)),
        ("jose-cookbook/jws/4_4.hmac-sha2_integrity_protection.json", None),
        ("jose-cookbook/curve25519/jws.json", Some(Algorithm::EdDsa)),
    ] {
        let example = compact(path);
        // They sign sentences, and a JWT has an object.
        assert_eq!(refused(&example), Some(JwsError::Malformed), "{path}");
        let [header, _, signature] = example.split('.').collect::<Vec<_>>()[..] else { panic!("{path}") };
        let text = [header, &encode(PAYLOAD.as_bytes()), signature].join(".");
        let jws = Jws::parse(&text).ok().unwrap();
        let expected = document(path)["signing"]["protected"].clone();
        assert_eq!(jws.header.alg, expected["alg"].as_str().unwrap());
        assert_eq!(jws.header.kid.as_deref(), expected.get("kid").and_then(|kid| kid.as_str()));
        assert_eq!(Algorithm::parse(&jws.header.alg), algorithm, "{path}");
        let fixed = algorithm.and_then(Algorithm::signature_octets);
        assert!(fixed.is_none_or(|octets| octets == jws.signature.len()), "{path}");
    }
}

#[test]
fn names_of_algorithms_are_exact() {
    for algorithm in Algorithm::ALL {
        assert_eq!(Algorithm::parse(algorithm.name()), Some(*algorithm));
    }
    assert_eq!(Algorithm::parse("Ed25519"), Some(Algorithm::EdDsa));
    for name in [
        "", "none", "RS1", "HS256", "HS384", "HS512", "rs256", "RS256 ", " RS256", "RS256\0", "Eddsa", "EDDSA", "ed25519", "Ed448",
        "ES256K", "RSA-OAEP", "dir",
    ] {
        assert_eq!(Algorithm::parse(name), None, "{name}");
    }
}

#[test]
fn t080_the_hash_of_an_algorithm_is_that_of_its_name_and_sha_512_for_ed25519() {
    for algorithm in Algorithm::ALL {
        let bits = algorithm.name().trim_start_matches(|c: char| c.is_ascii_alphabetic()).parse().unwrap_or(512);
        assert_eq!(algorithm.digest_bits(), bits, "{}", algorithm.name());
    }
    let sizes: Vec<_> = Algorithm::ALL.iter().filter_map(|algorithm| algorithm.signature_octets()).collect();
    assert_eq!(sizes, [64, 96, 132, 64]);
}

#[test]
fn t001_t002_no_spelling_of_none_is_an_algorithm() {
    for name in ["none", "None", "nOnE", "NONE", "none "] {
        assert_eq!(Algorithm::parse(name), None, "{name}");
    }
}

#[test]
fn t003_t004_an_algorithm_that_is_missing_or_no_text_is_refused() {
    for header in ["{}", r#"{"alg":256}"#, r#"{"alg":null}"#, r#"{"alg":["RS256"]}"#, r#"{"alg":{"RS256":1}}"#, r#"{"alg":true}"#] {
        assert_eq!(refused(&token(header, PAYLOAD)), Some(JwsError::Malformed), "{header}");
    }
}

#[test]
fn a_signature_that_is_not_there_is_given_out_as_empty() {
    let unsigned = [encode(HEADER.as_bytes()), encode(PAYLOAD.as_bytes()), String::new()].join(".");
    assert!(Jws::parse(&unsigned).is_ok_and(|jws| jws.signature.is_empty()));
}

#[test]
fn t023_other_than_three_parts_are_refused() {
    let three = token(HEADER, PAYLOAD);
    let two = three.rsplit_once('.').unwrap().0;
    for text in [
        "",
        ".",
        "...",
        ".....",
        "e30",
        two,
        &format!("{three}."),
        &format!("{three}.AA"),
        &format!("{three}.AA.AA.AA"),
        &".".repeat(60_000),
    ] {
        assert_eq!(refused(text), Some(JwsError::NotThreeParts), "{}", &text[..text.len().min(80)]);
    }
    for text in ["..", &format!(".{two}"), &format!("{}..AA", encode(HEADER.as_bytes())), &format!(".{}.AA", encode(PAYLOAD.as_bytes()))] {
        assert_eq!(refused(text), Some(JwsError::Malformed), "{text}");
    }
}

#[test]
fn t024_an_encrypted_token_is_told_apart() {
    assert_eq!(refused(&compact("jose-cookbook/jwe/5_1.key_encryption_using_rsa_v15_and_aes-hmac-sha2.json")), Some(JwsError::Encrypted));
    assert_eq!(refused("...."), Some(JwsError::Encrypted));
}

#[test]
fn t026_the_json_forms_are_refused() {
    let example = document("jose-cookbook/jws/4_3.ecdsa_signature.json");
    for form in ["json", "json_flat"] {
        assert!(refused(&example["output"][form].to_string()).is_some(), "{form}");
    }
}

#[test]
fn t027_a_foreign_character_anywhere_is_refused() {
    let good = token(HEADER, PAYLOAD);
    let (dot, last) = (good.find('.').unwrap(), good.rfind('.').unwrap());
    for c in [" ", "\t", "\n", "\r\n", "=", "==", "+", "/", "%", "%2E", "\0", "é", "\u{feff}", "~", ",", "\""] {
        for at in [0, 1, dot, dot + 1, dot + 4, last, last + 1, last + 5, good.len()] {
            let text = format!("{}{c}{}", &good[..at], &good[at..]);
            assert_eq!(refused(&text), Some(JwsError::Malformed), "{c:?} at {at}");
        }
    }
}

#[test]
fn t028_unused_bits_that_are_set_are_refused_in_each_part() {
    // Each part ends with a character of which two or four bits are unused.
    let parts = [encode(br#"{"alg":"RS256"} "#), encode(br#"{"sub":"u"}"#), encode(&[7; 64])];
    assert!(refused(&parts.join(".")).is_none());
    for at in 0..3 {
        let mut altered = parts.clone();
        let last = altered[at].pop().unwrap();
        altered[at].push(char::from(last as u8 + 1));
        assert_eq!(refused(&altered.join(".")), Some(JwsError::Malformed), "part {at}");
    }
}

#[test]
fn t029_t030_a_header_or_payload_that_is_no_object_is_refused() {
    for text in ["[]", r#"["alg"]"#, r#""RS256""#, "1", "null", "true", "", "{", "alg", "{'alg':'RS256'}"] {
        assert_eq!(refused(&token(text, PAYLOAD)), Some(JwsError::Malformed), "header {text}");
        assert_eq!(refused(&token(HEADER, text)), Some(JwsError::Malformed), "payload {text}");
    }
}

#[test]
fn t031_t032_t033_repeated_names_are_refused() {
    for header in [r#"{"alg":"RS256","alg":"none"}"#, r#"{"alg":"RS256","alg":"HS256"}"#, r#"{"alg":"RS256","\u0061lg":"RS256"}"#] {
        assert_eq!(refused(&token(header, PAYLOAD)), Some(JwsError::Malformed), "{header}");
    }
    for name in ["iss", "aud", "sub", "exp", "nonce"] {
        for payload in [
            format!(r#"{{"{name}":"a","{name}":"b"}}"#),
            format!(r#"{{"{name}":"a","{name}":"a"}}"#),
            format!(r#"{{"{name}":1,"\u{:04x}{}":1}}"#, name.as_bytes()[0], &name[1..]),
        ] {
            assert_eq!(refused(&token(HEADER, &payload)), Some(JwsError::Malformed), "{payload}");
        }
    }
}

#[test]
fn t034_what_is_not_strict_utf_8_is_refused() {
    let utf16: Vec<u8> = PAYLOAD.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for payload in [
        &b"{\"sub\":\"\xff\"}"[..],
        b"{\"sub\":\"\xc0\xaf\"}",
        b"{\"sub\":\"\xed\xa0\x80\"}",
        b"\xef\xbb\xbf{}",
        &utf16,
        br#"{"sub":"\ud800"}"#,
    ] {
        assert_eq!(refused(&token(HEADER, payload)), Some(JwsError::Malformed), "{payload:?}");
        assert_eq!(refused(&token(payload, PAYLOAD)), Some(JwsError::Malformed), "{payload:?}");
    }
}

#[test]
fn t035_what_follows_an_object_is_refused() {
    for after in ["x", "{}", "\0", ","] {
        assert_eq!(refused(&token(format!("{HEADER}{after}"), PAYLOAD)), Some(JwsError::Malformed), "{after}");
        assert_eq!(refused(&token(HEADER, format!("{PAYLOAD}{after}"))), Some(JwsError::Malformed), "{after}");
    }
}

#[test]
fn t036_deep_nesting_is_refused() {
    let deep = format!(r#"{{"alg":"RS256","a":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(refused(&token(&deep, PAYLOAD)), Some(JwsError::Malformed));
    assert_eq!(refused(&token(HEADER, &deep)), Some(JwsError::Malformed));
}

#[test]
fn t037_a_token_is_read_up_to_64_kib() {
    let fixed = token(HEADER, "").len();
    let sized = |length: usize| [&encode(HEADER.as_bytes()), &"A".repeat(length - fixed), &encode(&[7; 64])].map(String::as_str).join(".");
    assert_eq!(refused(&sized(64 * 1024)), Some(JwsError::Malformed));
    for length in [64 * 1024 + 1, 1 << 20, 16 << 20] {
        assert_eq!(refused(&sized(length)), Some(JwsError::TooLong), "{length}");
    }
    let claims = (0..100_000).map(|n| format!("\"{n}\":0")).collect::<Vec<_>>().join(",");
    assert_eq!(refused(&token(HEADER, format!("{{{claims}}}"))), Some(JwsError::TooLong));
}

#[test]
fn t038_every_crit_is_refused() {
    for crit in [r#"["x"]"#, r#"["exp"]"#, "[]", r#""exp""#, "null", "1", "{}", r#"["b64","b64"]"#, r#"["alg"]"#] {
        assert_eq!(refused(&token(format!(r#"{{"alg":"RS256","exp":1,"crit":{crit}}}"#), PAYLOAD)), Some(JwsError::Critical), "{crit}");
    }
}

#[test]
fn t039_b64_is_refused_with_and_without_crit() {
    for header in [r#"{"alg":"RS256","b64":false}"#, r#"{"alg":"RS256","b64":true}"#, r#"{"alg":"RS256","b64":false,"crit":["b64"]}"#] {
        assert_eq!(refused(&token(header, PAYLOAD)), Some(JwsError::Critical), "{header}");
    }
}

#[test]
fn t040_t041_t042_keys_and_addresses_of_keys_in_the_header_are_ignored() {
    let header = r#"{"alg":"RS256","kid":"k","jwk":{"kty":"RSA"},"jku":"https://evil.example/keys","x5u":"https://evil.example/x","x5c":["AA"],"x5t":7}"#;
    let texts = [token(header, PAYLOAD), token(HEADER, PAYLOAD)];
    let [with, without] = texts.each_ref().map(|text| Jws::parse(text).ok().unwrap());
    assert_eq!(format!("{:?}", with.header), format!("{:?}", without.header));
}

#[test]
fn t043_t044_the_type_is_kept_as_it_is_and_must_be_a_text() {
    for typ in ["JWT", "at+jwt", "application/jwt", ""] {
        let text = token(format!(r#"{{"alg":"RS256","typ":"{typ}"}}"#), PAYLOAD);
        let jws = Jws::parse(&text).ok().unwrap();
        assert_eq!(jws.header.typ.as_deref(), Some(typ));
    }
    for typ in ["null", "1", "[\"JWT\"]"] {
        assert_eq!(refused(&token(format!(r#"{{"alg":"RS256","typ":{typ}}}"#), PAYLOAD)), Some(JwsError::Malformed), "{typ}");
    }
}

#[test]
fn t085_texts_of_any_kind_arrive_unchanged() {
    let long = "x".repeat(40 * 1024);
    for text in [long.as_str(), "😀é\u{2028}\0", "\u{10ffff}"] {
        let payload = Value::from(vec![text]).to_text();
        let whole = token(HEADER, format!(r#"{{"claim":{payload}}}"#));
        let jws = Jws::parse(&whole).ok().unwrap();
        assert_eq!(jws.payload.get("claim").and_then(Value::as_array).unwrap()[0].as_str(), Some(text));
    }
    let surrogates = token(HEADER, r#"{"claim":"\ud83d\ude00"}"#);
    let jws = Jws::parse(&surrogates).ok().unwrap();
    assert_eq!(jws.payload.get("claim").and_then(Value::as_str), Some("😀"));
}

#[test]
fn t316_a_kid_is_any_text_and_nothing_else() {
    for kid in ["", "../../x", "' OR 1=1 --", "__proto__", "\\u0000"] {
        assert!(refused(&token(format!(r#"{{"alg":"RS256","kid":"{kid}"}}"#), PAYLOAD)).is_none(), "{kid}");
    }
    for kid in ["1", "{}", "null", "[\"k\"]", "true"] {
        assert_eq!(refused(&token(format!(r#"{{"alg":"RS256","kid":{kid}}}"#), PAYLOAD)), Some(JwsError::Malformed), "{kid}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "[A-Za-z0-9._=-]{0,80}") {
        let _ = Jws::parse(&text);
    }

    #[test]
    fn what_is_signed_is_what_was_read(header: Vec<u8>, payload: String, signature: Vec<u8>) {
        let header = [br#"{"alg":"RS256","x":""#, encode(&header).as_bytes(), b"\"}"].concat();
        let text = [encode(&header), encode(format!("{{\"p\":{}}}", Value::from(payload.as_str()).to_text()).as_bytes()), encode(&signature)].join(".");
        let jws = Jws::parse(&text).ok().unwrap();
        prop_assert_eq!(jws.payload.get("p").and_then(Value::as_str), Some(payload.as_str()));
        prop_assert_eq!(format!("{}.{}", jws.signing_input, encode(&jws.signature)), text.as_str());
        prop_assert_eq!(jws.signing_input.split('.').next().and_then(decode), Some(header));
    }
}
