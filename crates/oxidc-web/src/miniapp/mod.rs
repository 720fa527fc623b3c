//! Tokens for an application inside somebody else's page, for both sides. `docs/miniapp-protocol.md` is the contract.
//!
//! A [`Frame`] is the side of the application in the frame, a [`Host`] that of the page around it. Each talks to whatever implements the other side,
//! in Rust or TypeScript: the machines are those of the crate `oxidc-miniapp`, and the browser module around them is that of the npm package.
//!
//! ```no_run
//! use oxidc_web::Error;
//! use oxidc_web::miniapp::{Frame, FrameOptions};
//!
//! async fn start() -> Result<(), Error> {
//!     let options = FrameOptions::new(["https://platform.example.com"]); // fixed when the mini-app is built
//!     let frame = Frame::connect(options.allowed_origins(["https://api.example.com"])).await?;
//!     let _language = frame.context().get("language").and_then(|language| language.as_str().map(String::from));
//!     let _orders = frame.fetch("https://api.example.com/orders").await?; // adds the token, renews it through the host
//!     Ok(())
//! }
//! ```
//!
//! Where there is no browser, calls answer [`Code::NoBrowser`](crate::Code::NoBrowser).

mod event;
mod frame;
mod host;
mod host_options;
mod options;

pub use event::{FrameEvent, FrameTokens, HostEvent};
pub use frame::Frame;
pub use host::{Host, HostedFrame};
pub use host_options::{CallFuture, HostCall, HostOptions, TokenFuture, TokenGrant, TokenRequest};
pub use options::{CallOptions, FrameApi, FrameOptions, FrameTokenOptions, MiniApp};

#[cfg_attr(not(target_arch = "wasm32"), allow(unused_imports))]
pub(crate) use event::{HOST_NAMES, NAMES};

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;
    use crate::Code;

    #[test]
    fn without_a_browser_both_sides_say_so() {
        fn at_once<T>(future: impl Future<Output = T>) -> T {
            match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(value) => value,
                Poll::Pending => panic!("it waits"),
            }
        }
        let frame = at_once(Frame::connect(FrameOptions::new(["https://platform.example.com"])));
        assert_eq!(frame.unwrap_err().code(), Code::NoBrowser);
        assert_eq!(at_once(Host::new(HostOptions::new(|_| panic!("a question")))).unwrap_err().code(), Code::NoBrowser);
    }
}
