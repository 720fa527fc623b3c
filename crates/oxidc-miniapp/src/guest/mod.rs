//! The machine in the frame: finds its host, keeps tokens, sends the application's requests with them.

mod asks;
mod connect;
mod fetch;
mod limiter;
mod options;
mod port;
mod tokens;

use alloc::string::String;
use alloc::vec::Vec;

use oxidc_core::secret::Secret;
use oxidc_core::time::Millis;
use oxidc_core::wire::json::{Object, Value};

use crate::clock::{Clock, Meter, Moment};
use crate::fault::{Failure, fault};
use asks::Ask;
use connect::Link;
use fetch::Request;
pub use fetch::{Answer, Fetch};
pub use limiter::Limiter;
pub use options::{Api, GuestOptions};
pub use tokens::Want;
use tokens::{Token, TokenCall};

/// What happened.
#[derive(Debug)]
pub enum Input {
    /// The page is ready. `ancestor` is the origin of the page around it where the browser tells; it may only narrow the choice.
    Start {
        /// Whether there is a page around it.
        framed: bool,
        /// The origin of the page around it, where the browser tells.
        ancestor: Option<String>,
    },
    /// There is another way to the host than windows and ports: requests go out as [`Effect::Ask`].
    StartWithTransport,
    /// The window received a message.
    Window {
        /// The origin of the sender, as the browser says.
        origin: String,
        /// Whether the sender is the parent window.
        from_parent: bool,
        /// How many ports came along.
        ports: usize,
        /// A number for the first of them, new each time.
        connection: u32,
        /// The message.
        text: String,
    },
    /// A port that was opened received a message.
    Port {
        /// The number of the port.
        connection: u32,
        /// The message.
        text: String,
    },
    /// A port was closed at the other end, or brought something unreadable.
    Lost {
        /// The number of the port.
        connection: u32,
    },
    /// The page came back from the back-forward cache.
    Shown,
    /// Somebody looks at the page, or not.
    Visible(bool),
    /// The application calls; the number is new each time.
    Call(u32, Call),
    /// The application gave up a call.
    Cancel(u32),
    /// The answer to [`Effect::Send`].
    Sent(u32, Answer),
    /// [`Effect::Send`] brought no answer: what the application's call fails with was told to it.
    NotSent(u32),
    /// The answer to [`Effect::Ask`], in the words of the protocol's responses, or the word of a refusal.
    Asked(String, Result<Value, String>),
    /// Time has passed.
    Timer,
}

/// What the application wants.
#[derive(Debug)]
pub enum Call {
    /// The context, once there is one.
    Ready,
    /// A token.
    Tokens {
        /// Which one.
        want: Want,
        /// How long it must live at least, in milliseconds.
        min_ttl: Millis,
        /// Whether it must be a new one.
        force: bool,
    },
    /// A request of its own.
    Fetch(Fetch),
    /// Something of the platform.
    Host {
        /// A name that the platform knows.
        method: String,
        /// What belongs to it.
        params: Value,
        /// How long the answer may take, in milliseconds, where it is not the usual time: a person may have to decide.
        limit: Option<Millis>,
    },
    /// The end of everything.
    Close,
}

/// What is to be done.
#[derive(Debug)]
pub enum Effect {
    /// Posts to the parent window, to exactly this origin.
    Post(String, String),
    /// Takes the port that came with the message which was just fed.
    Open(u32),
    /// Closes the ports that came with the message which was just fed.
    Drop,
    /// Posts to a port.
    Say(u32, String),
    /// Closes a port.
    Shut(u32),
    /// Asks the host by the other transport: a name for the answer, a method and its parameters.
    Ask(String, &'static str, Value),
    /// Sends the request of a call, with an `Authorization` header value or without one.
    Send(u32, Option<Secret>),
    /// Tells the application.
    Publish(Event),
    /// Ends a call.
    Finish(u32, Result<Value, Failure>),
}

/// What the application is told.
#[derive(Debug)]
pub enum Event {
    /// The host answers: the context, and the host's origin (empty with another transport).
    Connected(Value, String),
    /// The context changed.
    Context(Value),
    /// A token arrived: the token, and whether it replaced an older one.
    Tokens(Value, bool),
    /// The host is silent. What there is goes on to be used while it lives.
    Degraded,
    /// The session is over.
    Ended,
    /// The platform tells something: a name and what belongs to it.
    Host(String, Value),
}

/// A call that is under way.
#[derive(Debug)]
struct Task {
    id: u32,
    what: What,
    /// The question whose answer it waits for.
    waits: Option<String>,
    /// Whether it has seen the host being called.
    calling: bool,
    /// Whether the token that it waited for has arrived.
    given: bool,
}

#[derive(Debug)]
enum What {
    Ready,
    Tokens(TokenCall),
    Fetch(Request),
    Host(String, Value, Option<Millis>),
}

/// The machine. See the module.
#[derive(Debug)]
pub struct Guest {
    options: GuestOptions,
    clock: Clock,
    effects: Vec<Effect>,
    link: Link,
    /// Our name in the handshakes of this document.
    name: String,
    framed: bool,
    /// The hosts that may still be ours: all, then the one that the browser names, then the one that answered.
    candidates: Vec<String>,
    handshakes: Meter,
    refusal: Option<Failure>,
    context: Option<Value>,
    /// The origin of the platform's interface. It outlives the session, so that a request which comes late is refused and not sent without a token.
    platform: Option<String>,
    epoch: String,
    ended: bool,
    /// Whether the host has said since the last handshake that it is there.
    greeted: bool,
    closed: bool,
    visible: bool,
    asks: Vec<Ask>,
    tokens: Vec<Token>,
    tasks: Vec<Task>,
    limiter: Limiter,
    ignored: u32,
}

impl Guest {
    /// Makes the machine.
    #[must_use]
    pub fn new(options: GuestOptions) -> Self {
        Self {
            candidates: options.hosts.clone(),
            options,
            clock: Clock::default(),
            effects: Vec::new(),
            link: Link::Idle,
            name: String::new(),
            framed: false,
            handshakes: Meter::default(),
            refusal: None,
            context: None,
            platform: None,
            epoch: String::new(),
            ended: false,
            greeted: false,
            closed: false,
            visible: true,
            asks: Vec::new(),
            tokens: Vec::new(),
            tasks: Vec::new(),
            limiter: Limiter::default(),
            ignored: 0,
        }
    }

    /// Feeds one input; gives back what is to be done.
    pub fn feed(&mut self, input: Input, moment: Moment) -> Vec<Effect> {
        self.clock.set(moment);
        self.due();
        match input {
            Input::Start { framed, ancestor } => self.start(framed, ancestor),
            Input::StartWithTransport => self.start_with_transport(),
            Input::Window { origin, from_parent, ports, connection, text } => {
                self.window(&origin, from_parent, ports, connection, &text);
            }
            Input::Port { connection, text } => self.port(connection, &text),
            Input::Lost { connection } if self.link.is_at(connection) => self.lost(),
            Input::Lost { .. } | Input::Timer => (),
            Input::Shown => self.check(),
            Input::Visible(visible) => {
                self.visible = visible;
                if visible {
                    self.check();
                }
            }
            Input::Call(id, call) => self.call(id, call),
            Input::Cancel(id) => {
                self.leave(id);
                self.finish(id, Err(fault!(Aborted)));
            }
            Input::Sent(id, answer) => self.sent(id, &answer),
            Input::NotSent(id) => {
                self.leave(id);
                self.remove(id);
            }
            Input::Asked(ask, result) => self.asked(&ask, result),
        }
        self.renew();
        self.advance();
        core::mem::take(&mut self.effects)
    }

    /// After how many milliseconds the machine wants to be fed at the latest.
    #[must_use]
    pub fn wake(&self) -> Option<Millis> {
        let mut next = Millis::MAX;
        let mut at = |time: Option<Millis>| next = next.min(time.unwrap_or(Millis::MAX));
        at(self.link.until());
        self.asks.iter().for_each(|ask| at(Some(ask.until)));
        self.tokens.iter().for_each(|token| at(self.renewal(token)));
        for task in &self.tasks {
            if let What::Fetch(request) = &task.what {
                at(request.pause);
            }
        }
        (next < Millis::MAX).then(|| (next - self.clock.time).max(0))
    }

    /// What is known of the platform's rate limit.
    #[must_use]
    pub fn limiter(&self) -> &Limiter {
        &self.limiter
    }

    /// How many messages were ignored because they were not for us, not from the host, or not of this protocol.
    #[must_use]
    pub fn ignored(&self) -> u32 {
        self.ignored
    }

    fn call(&mut self, id: u32, call: Call) {
        let what = match call {
            Call::Close => return self.close(id),
            _ if self.closed => return self.effects.push(Effect::Finish(id, Err(fault!(Closed)))),
            Call::Ready => What::Ready,
            Call::Tokens { want, min_ttl, force } => What::Tokens(TokenCall { want, min_ttl, force }),
            Call::Fetch(fetch) => What::Fetch(Request::new(fetch)),
            Call::Host { method, params, limit } => What::Host(method, params, limit),
        };
        self.tasks.push(Task { id, what, waits: None, calling: false, given: false });
    }

    fn close(&mut self, id: u32) {
        self.hang_up();
        self.closed = true;
        self.forget();
        // Nothing is waited for, and no host is called again.
        self.context = None;
        self.asks.clear();
        for task in core::mem::take(&mut self.tasks) {
            self.effects.push(Effect::Finish(task.id, Err(fault!(Closed))));
        }
        self.effects.push(Effect::Finish(id, Ok(Value::Null)));
    }

    /// Ends a call, if it has not ended yet.
    fn finish(&mut self, id: u32, result: Result<Value, Failure>) {
        if self.remove(id) {
            self.effects.push(Effect::Finish(id, result));
        }
    }

    fn remove(&mut self, id: u32) -> bool {
        let before = self.tasks.len();
        self.tasks.retain(|task| task.id != id);
        self.tasks.len() < before
    }

    /// Takes every call as far as it can go.
    fn advance(&mut self) {
        for mut task in core::mem::take(&mut self.tasks) {
            match self.step(&mut task) {
                Ok(None) => self.tasks.push(task),
                Ok(Some(value)) => self.effects.push(Effect::Finish(task.id, Ok(value))),
                Err(failure) => self.effects.push(Effect::Finish(task.id, Err(failure))),
            }
        }
    }

    fn step(&mut self, task: &mut Task) -> Result<Option<Value>, Failure> {
        if task.waits.is_some() {
            return Ok(None);
        }
        let mut what = core::mem::replace(&mut task.what, What::Ready);
        let result = match &mut what {
            What::Fetch(request) => self.step_fetch(task, request),
            _ if self.ended => Err(fault!(SignedOut)),
            What::Ready => match &self.context {
                Some(context) => Ok(Some(context.clone())),
                None => self.want_context(task),
            },
            What::Tokens(call) => self.step_tokens(task, call),
            What::Host(method, params, limit) => match self.linked(task) {
                Ok(true) => {
                    let body = Object::new().with("method", method.as_str()).with("params", core::mem::replace(params, Value::Null));
                    self.ask_host(task, body, *limit).map(|()| None)
                }
                other => other.map(|_| None),
            },
        };
        task.what = what;
        result
    }
}
