//! From a sign-in to a sign-out.

use oxidc_testkit::{Asked, World};

#[test]
fn a_person_signs_in_calls_an_api_and_signs_out() {
    let mut world = World::new(1);
    let tab = world.tab();
    assert!(world.get_session(tab).is_null());
    world.sign_in(tab);
    assert_eq!(world.get_session(tab)["subject"], "alice");
    let call = world.start(tab, World::api_request());
    world.finish(call).unwrap();
    assert_eq!(world.network.count(Asked::Api), 1);
    world.sign_out(tab).unwrap();
    assert!(world.get_session(tab).is_null());
}
