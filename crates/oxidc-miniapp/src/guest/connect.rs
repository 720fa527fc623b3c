//! How the frame finds its host: it calls, is offered a port, accepts, and is confirmed.

use alloc::string::String;
use alloc::vec::Vec;

use oxidc_core::time::{Millis, SECOND};
use oxidc_core::wire::json::Value;

use super::{Effect, Event, Guest, Task};
use crate::fault::{Failure, fault};
use crate::message::{self, HANDSHAKE, Message, Sequence};
use crate::version;

/// How often a host is called before it is given up.
const CALLS: u8 = 3;
/// How many handshakes may begin within [`AGAIN`].
const MOST_HANDSHAKES: usize = 3;
const AGAIN: Millis = 60 * SECOND;
/// The longest nonce that is taken from a host.
const LONGEST_NONCE: usize = 128;

/// The way to the host.
#[derive(Debug)]
pub(crate) enum Link {
    /// Nobody is called.
    Idle,
    /// The hosts are called, for the given time, and again at an instant.
    Calling(u8, Millis),
    /// An offer was accepted and is to be confirmed.
    Shaking { offer: Offer, calls: u8, until: Millis },
    /// Open, at an exact version. If something is due, the host must show by then that it is there.
    Up { connection: u32, version: i64, sequence: Sequence, due: Option<Millis> },
    /// Another transport.
    Elsewhere,
}

/// An offer that was accepted.
#[derive(Debug, Default)]
pub(crate) struct Offer {
    connection: u32,
    origin: String,
    nonce: String,
    version: i64,
    theirs: Vec<i64>,
    sequence: Sequence,
}

impl Link {
    pub(super) fn is_at(&self, port: u32) -> bool {
        match self {
            Self::Shaking { offer, .. } => offer.connection == port,
            Self::Up { connection, .. } => *connection == port,
            _ => false,
        }
    }

    pub(super) fn until(&self) -> Option<Millis> {
        match self {
            Self::Calling(_, until) | Self::Shaking { until, .. } => Some(*until),
            Self::Up { due, .. } => *due,
            _ => None,
        }
    }
}

impl Guest {
    pub(super) fn start(&mut self, framed: bool, ancestor: Option<String>) {
        self.framed = framed;
        // Some browsers say who is around us, or "null" where that page hides it. It can only take candidates away.
        if let Some(ancestor) = ancestor.filter(|origin| !origin.is_empty() && origin != "null") {
            self.candidates.retain(|host| *host == ancestor);
        }
        self.name = self.clock.unique();
        // Nobody waits for the outcome; a call that does will hear of it.
        let _ = self.begin();
    }

    pub(super) fn start_with_transport(&mut self) {
        self.link = Link::Elsewhere;
        // Nobody waits for it yet.
        let _ = self.ask_context();
    }

    /// Begins a handshake.
    fn begin(&mut self) -> Result<(), Failure> {
        if !self.framed {
            return Err(fault!(NoHost));
        }
        if self.candidates.is_empty() {
            return Err(fault!(HostNotAllowed));
        }
        let wait = |wait| fault!(HostUnavailable).after(u32::try_from(wait / SECOND + 1).ok());
        self.handshakes.take(self.clock.time, MOST_HANDSHAKES, AGAIN).map_err(wait)?;
        self.refusal = None;
        self.ready(1);
        Ok(())
    }

    /// A host that says that it is there is called, if not now, then as soon as a handshake may begin: it does not say so twice.
    pub(super) fn begin_when_allowed(&mut self) {
        if self.begin().is_err() && self.framed {
            self.link = Link::Calling(0, self.clock.time + self.handshakes.wait(self.clock.time, AGAIN));
        }
    }

    fn ready(&mut self, calls: u8) {
        self.link = Link::Calling(calls, self.clock.time + HANDSHAKE);
        let versions = version::write(&self.options.versions);
        let text = message::text(message::of("ready").with("frame", self.name.as_str()).with("versions", versions));
        for host in &self.candidates {
            self.effects.push(Effect::Post(host.clone(), text.clone()));
        }
    }

    /// Whether the host can be asked now. Calls it if nobody does; fails once it was called in vain.
    pub(super) fn linked(&mut self, task: &mut Task) -> Result<bool, Failure> {
        match self.link {
            Link::Up { .. } | Link::Elsewhere => {
                task.calling = false;
                return Ok(true);
            }
            Link::Idle if task.calling => return Err(self.refusal.clone().unwrap_or(fault!(HostUnavailable))),
            Link::Idle => self.begin()?,
            Link::Calling(..) | Link::Shaking { .. } => (),
        }
        task.calling = true;
        Ok(false)
    }

    /// Makes a call wait for the context. It comes with the handshake; another transport is asked for it.
    pub(super) fn want_context(&mut self, task: &mut Task) -> Result<Option<Value>, Failure> {
        if self.linked(task)? {
            task.waits = Some(self.ask_context()?);
        }
        Ok(None)
    }

    /// What the time that has passed means for the link.
    pub(super) fn due_link(&mut self) {
        if self.link.until().is_none_or(|until| self.clock.time < until) {
            return;
        }
        match core::mem::replace(&mut self.link, Link::Idle) {
            Link::Calling(calls, _) => self.call_again(calls),
            Link::Shaking { offer, calls, .. } => {
                self.effects.push(Effect::Shut(offer.connection));
                self.call_again(calls);
            }
            up => {
                self.link = up;
                self.lost();
            }
        }
    }

    fn call_again(&mut self, calls: u8) {
        if calls == 0 {
            self.begin_when_allowed();
        } else if calls < CALLS {
            self.ready(calls + 1);
        } else {
            self.effects.push(Effect::Publish(Event::Degraded));
        }
    }

    /// Asks the host to show that it is there.
    pub(super) fn check(&mut self) {
        let until = self.clock.time + HANDSHAKE;
        match &mut self.link {
            Link::Up { due: due @ None, .. } => {
                *due = Some(until);
                self.say(message::of("ping"));
            }
            Link::Idle if self.context.is_some() => {
                let _ = self.begin();
            }
            _ => (),
        }
    }

    /// The port is gone: what was asked fails, the session stays, and the host is called again.
    pub(super) fn lost(&mut self) {
        self.hang_up();
        self.fail_asks(&fault!(HostUnavailable));
        self.effects.push(Effect::Publish(Event::Degraded));
        if self.greeted {
            self.begin_when_allowed();
        } else {
            let _ = self.begin();
        }
    }

    /// Closes the port, if there is one.
    pub(super) fn hang_up(&mut self) {
        match core::mem::replace(&mut self.link, Link::Idle) {
            Link::Shaking { offer: Offer { connection, .. }, .. } | Link::Up { connection, .. } => {
                self.effects.push(Effect::Shut(connection));
            }
            _ => (),
        }
    }

    /// Says something to the host.
    pub(super) fn say(&mut self, body: oxidc_core::wire::json::Object) {
        if let Link::Up { connection, version, sequence, .. } = &mut self.link {
            let text = sequence.number(*version, body);
            self.effects.push(Effect::Say(*connection, text));
        }
    }

    pub(super) fn window(&mut self, origin: &str, from_parent: bool, ports: usize, connection: u32, text: &str) {
        let Some(message) = Message::read(text) else { return };
        // The sender first, then what it says.
        let from_host = from_parent && !self.closed && self.candidates.iter().any(|host| host == origin);
        let taken = match message.text("type") {
            "offer" => {
                let taken = from_host && ports == 1 && self.offer(origin, connection, &message);
                if !taken {
                    self.effects.push(Effect::Drop);
                }
                taken
            }
            "hello" => {
                if from_host {
                    self.hello();
                }
                from_host
            }
            _ => false,
        };
        self.ignored = self.ignored.saturating_add(u32::from(!taken));
    }

    /// The host says that it is there.
    fn hello(&mut self) {
        match self.link {
            Link::Idle => self.begin_when_allowed(),
            Link::Calling(calls, _) if calls > 0 => self.ready(calls),
            // It may have overtaken the end of the session that is still open here, or that end was never heard.
            _ => {
                self.greeted = true;
                self.check();
            }
        }
    }

    /// An offer is taken only while we call, and only if it answers our own call.
    fn offer(&mut self, origin: &str, connection: u32, message: &Message) -> bool {
        let Link::Calling(calls, _) = self.link else { return false };
        let nonce = message.text("hostNonce");
        let Some(theirs) = version::read(message.get("versions")) else { return false };
        if message.text("frame") != self.name || nonce.is_empty() || nonce.len() > LONGEST_NONCE {
            return false;
        }
        let Some(version) = version::common(&self.options.versions, &theirs) else {
            self.refuse();
            return false;
        };
        let mut sequence = Sequence::default();
        let answer = message::of("accept")
            .with("hostNonce", nonce)
            .with("frameNonce", self.clock.unique())
            .with("frameVersions", version::write(&self.options.versions))
            .with("hostVersions", version::write(&theirs));
        let nonce = answer.get("frameNonce").and_then(Value::as_str).unwrap_or_default().into();
        let text = sequence.number(version, answer);
        let offer = Offer { connection, origin: origin.into(), nonce, version, theirs, sequence };
        self.link = Link::Shaking { offer, calls, until: self.clock.time + HANDSHAKE };
        self.effects.push(Effect::Open(connection));
        self.effects.push(Effect::Say(connection, text));
        true
    }

    fn refuse(&mut self) {
        self.hang_up();
        self.refusal = Some(fault!(BridgeVersion));
        self.effects.push(Effect::Publish(Event::Degraded));
    }

    /// The host confirms, with both lists as it knows them: if they differ from what we know, somebody has changed them on the way.
    pub(super) fn confirm(&mut self, message: &Message) {
        let Link::Shaking { offer, .. } = &mut self.link else { return };
        if message.text("type") != "confirm" || !offer.sequence.accepts(offer.version, message) || message.text("frameNonce") != offer.nonce
        {
            self.ignored += 1;
            return;
        }
        let as_known = |name: &str, known: &[i64]| version::read(message.get(name)).is_some_and(|list| list == known);
        if !as_known("frameVersions", &self.options.versions) || !as_known("hostVersions", &offer.theirs) {
            return self.refuse();
        }
        let Offer { connection, origin, version, sequence, .. } = core::mem::take(offer);
        // This host it is, for the life of the document.
        self.candidates = alloc::vec![origin];
        self.link = Link::Up { connection, version, sequence, due: None };
        self.connected(message.text("epoch"), message.get("context").cloned());
    }

    /// The host answers. Another epoch is another session, whose tokens are not ours any more.
    pub(super) fn connected(&mut self, epoch: &str, context: Option<Value>) {
        if self.epoch != epoch {
            self.forget();
            self.epoch = epoch.into();
        }
        self.ended = false;
        self.greeted = false;
        let context = context.filter(|context| context.as_object().is_some());
        let context = context.unwrap_or_else(|| oxidc_core::wire::json::Object::new().into());
        self.keep(context.clone());
        let host = self.candidates.first().cloned().unwrap_or_default();
        self.effects.push(Effect::Publish(Event::Connected(context, host)));
    }
}
