//! The application's own requests.

use oxidc_testkit::{Asked, World};

use crate::{expired, quiet};

#[test]
fn t240_fifty_refused_requests_need_one_refresh_and_one_repetition_each() {
    let mut world = quiet(240);
    let tab = world.signed_in_tabs(1)[0];
    let call = world.start(tab, World::api_request());
    world.finish(call).unwrap();
    world.run_for(10_000);
    let (api, refreshes) = (world.network.count(Asked::Api), world.network.count(Asked::Refresh));
    world.provider.forget_access_tokens();
    let calls: Vec<_> = (0..50).map(|_| world.start(tab, World::api_request())).collect();
    for call in calls {
        world.finish(call).unwrap();
    }
    assert_eq!(world.network.count(Asked::Api) - api, 100);
    assert_eq!(world.network.count(Asked::Refresh) - refreshes, 1);
}

#[test]
fn t239_a_young_token_that_is_refused_is_not_renewed_again() {
    let mut world = quiet(239);
    let tab = world.signed_in_tabs(1)[0];
    let call = world.start(tab, World::api_request());
    world.finish(call).unwrap();
    world.provider.forget_access_tokens();
    let refreshes = world.network.count(Asked::Refresh);
    let call = world.start(tab, World::api_request());
    world.finish(call).unwrap();
    assert_eq!(world.network.count(Asked::Refresh), refreshes);
}

#[test]
fn t216_after_a_revoked_grant_refusals_of_the_api_ask_nothing_more_of_the_provider() {
    let (mut world, tab) = expired(216);
    world.provider.end_everything();
    world.get_tokens(tab).unwrap_err();
    let refreshes = world.network.count(Asked::Refresh);
    for _ in 0..5 {
        let call = world.start(tab, World::api_request());
        world.finish(call).unwrap_err();
    }
    assert_eq!(world.network.count(Asked::Refresh), refreshes);
}

#[test]
fn t244_a_token_of_a_resource_does_not_narrow_the_session() {
    let mut world = quiet(244);
    let tab = world.signed_in_tabs(1)[0];
    let call = world.start(tab, World::api_request());
    world.finish(call).unwrap();
    assert_eq!(world.network.count(Asked::Refresh), 1);
    assert_eq!(world.get_session(tab)["scopes"].as_array().unwrap().len(), 4);
    world.get_tokens(tab).unwrap();
    assert_eq!(world.network.count(Asked::Refresh), 1);
}
