//! The fuzz targets on the stable toolchain.

#[path = "../../../../fuzz/src/altered.rs"]
mod altered;
#[path = "../../../../fuzz/src/targets/mod.rs"]
mod targets;

macro_rules! targets {
    ($($test:ident $name:ident)*) => {
        $(#[test]
        fn $test() {
            altered::run(stringify!($name), targets::$name::check);
        })*

        #[test]
        fn every_target_is_run() {
            assert_eq!(targets::ALL.iter().map(|(name, _)| *name).collect::<Vec<_>>(), [$(stringify!($name)),*]);
        }
    };
}

targets! {
    t478_base64url base64url
    t478_callback callback
    t478_form form
    t478_id_token id_token
    t478_json json
    t478_jwk jwk
    t478_jws jws
    t478_metadata metadata
    t478_record record
    t478_retry_after retry_after
    t478_return_to return_to
    t478_session session
    t478_token_answer token_answer
    t478_url url
    t478_www_authenticate www_authenticate
}

/// The seed of the stored record is a good one.
#[test]
fn the_seed_of_the_record_is_read() {
    let mut page = crate::page::Page::signed_in();
    let record = page.records.iter_mut().find(|((device, _), _)| !device).unwrap().1;
    *record = std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/record/session")).unwrap();
    page.load();
    assert_eq!(page.get_session()["subject"], "alice");
}
