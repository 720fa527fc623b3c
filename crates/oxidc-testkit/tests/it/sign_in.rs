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

#[test]
fn t307_many_callers_make_one_request_for_each_document() {
    use oxidc_core::command::{Command, SignInOptions};
    let mut world = World::new(307);
    let tab = world.tab();
    for _ in 0..20 {
        world.start(tab, Command::SignIn(SignInOptions::default()));
    }
    world.run_until("the page goes to the provider", |world| world.network.count(Asked::Discovery) > 0);
    world.run_for(10_000);
    assert_eq!(world.network.count(Asked::Discovery), 1);
    let mut world = World::new(307);
    let tab = world.tab();
    world.sign_in(tab);
    assert_eq!((world.network.count(Asked::Discovery), world.network.count(Asked::Keys)), (1, 1));
}
