//! A whole check of an ID token, by oxidc and by others, beside the raw verification of its signature: `id_tokens [rounds]`.
//!
//! Prints JSON: for each algorithm and contender the median in microseconds of the thread's own time, and the ratio to
//! the raw verification, taken round by round, with its quartiles.

use std::hint::black_box;
use std::str::FromStr;

use josekit::jwk::Jwk;
use josekit::jws::{ES256, EdDSA, JwsVerifier, RS256};
use jsonwebtoken::{DecodingKey, Validation};
use openidconnect::core::{CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKeySet, CoreJwsSigningAlgorithm};
use openidconnect::{ClientId, IssuerUrl, Nonce};
use oxidc_aws_lc::{Keys, id_token};
use oxidc_bench::signer::{self, CLIENT, ISSUER, NONCE, Signed};
use oxidc_bench::works;
use rustix::time::{ClockId, clock_gettime};
use serde::Deserialize;
use serde_json::{Value, json};

/// What a typical application reads.
#[derive(Deserialize)]
#[expect(dead_code, reason = "they are read from the token")]
struct Claims {
    iss: String,
    azp: String,
    aud: String,
    sub: String,
    hd: String,
    email: String,
    email_verified: bool,
    at_hash: String,
    nonce: String,
    name: String,
    picture: String,
    given_name: String,
    family_name: String,
    locale: String,
    iat: i64,
    exp: i64,
    auth_time: i64,
}

type Check<'a> = Box<dyn FnMut() + 'a>;

/// How long one contender runs at a time, in microseconds.
const SLICE: f64 = 1_500.0;

fn main() {
    let rounds = std::env::args().nth(1).map_or(250, |text| text.parse().expect("a number of rounds"));
    let results: Vec<Value> = signer::all().iter().map(|signed| measure(signed, rounds)).collect();
    println!("{}", json!(results));
}

fn measure(signed: &Signed, rounds: usize) -> Value {
    let mut contenders = contenders(signed);
    let times: Vec<usize> = contenders.iter_mut().map(|(_, check)| (SLICE / per_call(check, 20)).clamp(1.0, 10_000.0) as usize).collect();
    let mut micros = vec![Vec::new(); contenders.len()];
    for round in 0..rounds {
        for step in 0..contenders.len() {
            let which = (round + step) % contenders.len();
            micros[which].push(per_call(&mut contenders[which].1, times[which]));
        }
    }
    let rows: Vec<Value> = contenders
        .iter()
        .zip(&micros)
        .map(|((name, _), own)| {
            let ratios: Vec<f64> = own.iter().zip(&micros[0]).map(|(own, raw)| own / raw).collect();
            json!({ "name": name, "micros": quantile(own, 0.5), "ratio": quantile(&ratios, 0.5), "low": quantile(&ratios, 0.25), "high": quantile(&ratios, 0.75) })
        })
        .collect();
    json!({ "algorithm": signed.algorithm, "characters": signed.token.len(), "rounds": rounds, "rows": rows })
}

fn contenders(signed: &Signed) -> Vec<(&'static str, Check<'_>)> {
    let (input, signature) = signer::parts(&signed.token);
    let key = signed.raw.as_ref().expect("a key");
    let raw = move || key.verify_sig(black_box(&input), black_box(&signature)).expect("a good signature");

    let keys = Keys::new(&works::key_set(&signed.jwks));
    let expected = works::expected();
    let oxidc = move || drop(black_box(id_token(black_box(&signed.token), &keys, &expected, None).expect("a good token")));

    vec![
        ("aws-lc-rs, the signature only", Box::new(raw)),
        ("oxidc-aws-lc", Box::new(oxidc)),
        ("jsonwebtoken (aws-lc-rs)", by_jsonwebtoken(signed)),
        ("josekit (OpenSSL)", by_josekit(signed)),
        ("openidconnect (RustCrypto)", by_openidconnect(signed)),
    ]
}

fn by_jsonwebtoken(signed: &Signed) -> Check<'_> {
    let algorithm = jsonwebtoken::Algorithm::from_str(signed.algorithm).expect("an algorithm");
    let key = DecodingKey::from_jwk(&serde_json::from_value(signed.jwks["keys"][0].clone()).expect("a JWK")).expect("a key");
    let mut validation = Validation::new(algorithm);
    validation.set_audience(&[CLIENT]);
    validation.set_issuer(&[ISSUER]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    Box::new(move || {
        let data = jsonwebtoken::decode::<Claims>(black_box(&signed.token), &key, &validation).expect("a good token");
        assert!(data.claims.nonce == NONCE && data.claims.iat < data.claims.exp);
        black_box(data);
    })
}

fn by_josekit(signed: &Signed) -> Check<'_> {
    let jwk = Jwk::from_bytes(signed.jwks["keys"][0].to_string()).expect("a JWK");
    let verifier: Box<dyn JwsVerifier> = match signed.algorithm {
        "RS256" => Box::new(RS256.verifier_from_jwk(&jwk).expect("a key")),
        "ES256" => Box::new(ES256.verifier_from_jwk(&jwk).expect("a key")),
        _ => Box::new(EdDSA.verifier_from_jwk(&jwk).expect("a key")),
    };
    let mut validator = josekit::jwt::JwtPayloadValidator::new();
    validator.set_issuer(ISSUER);
    validator.set_audience(CLIENT);
    validator.set_base_time(std::time::SystemTime::now());
    Box::new(move || {
        let (payload, _) = josekit::jwt::decode_with_verifier(black_box(&signed.token), &*verifier).expect("a good signature");
        validator.validate(&payload).expect("good claims");
        assert_eq!(payload.claim("nonce").and_then(Value::as_str), Some(NONCE));
        black_box(payload);
    })
}

fn by_openidconnect(signed: &Signed) -> Check<'_> {
    let jwks: CoreJsonWebKeySet = serde_json::from_value(signed.jwks.clone()).expect("a key set");
    let issuer = IssuerUrl::new(ISSUER.into()).expect("an issuer");
    let algorithm: CoreJwsSigningAlgorithm = serde_json::from_value(json!(signed.algorithm)).expect("an algorithm");
    let verifier = CoreIdTokenVerifier::new_public_client(ClientId::new(CLIENT.into()), issuer, jwks).set_allowed_algs([algorithm]);
    let nonce = Nonce::new(NONCE.into());
    Box::new(move || {
        let token = CoreIdToken::from_str(black_box(&signed.token)).expect("a token");
        black_box(token.claims(&verifier, &nonce).expect("a good token"));
    })
}

/// Microseconds of the thread's own time, so that other programs on the machine count little.
fn per_call(check: &mut Check<'_>, times: usize) -> f64 {
    let clock = || {
        let at = clock_gettime(ClockId::ThreadCPUTime);
        at.tv_sec as f64 * 1e6 + at.tv_nsec as f64 / 1e3
    };
    let start = clock();
    for _ in 0..times {
        check();
    }
    (clock() - start) / times as f64
}

fn quantile(values: &[f64], at: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let which = (at * (sorted.len() - 1) as f64).round() as usize;
    (sorted[which] * 1000.0).round() / 1000.0
}
