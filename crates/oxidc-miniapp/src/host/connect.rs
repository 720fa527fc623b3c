//! How a frame gets its port: it calls, is offered one, accepts, and is confirmed.

use alloc::string::String;
use alloc::vec::Vec;

use oxidc_core::secret::same;
use oxidc_core::time::Millis;
use oxidc_core::wire::json::Object;

use super::{Effect, Host};
use crate::clock::Meter;
use crate::message::{self, HANDSHAKE, LONGEST, MOST_MESSAGES, Message, SPAN, Sequence};
use crate::version;

/// How often a frame may call within [`SPAN`].
const MOST_CALLS: usize = 10;
/// How many connections one frame may have: several programs may run in one document.
const MOST_CONNECTIONS: usize = 8;
/// The longest name that a frame may give itself.
const LONGEST_NAME: usize = 128;

/// How far a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Offered,
    Up,
}

/// A port that was offered to a frame.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(super) id: u32,
    pub(super) frame: u32,
    /// The name that the program in the frame gave itself.
    name: String,
    nonce: String,
    pub(super) stage: Stage,
    version: i64,
    sequence: Sequence,
    /// When something must have been heard.
    pub(super) due: Option<Millis>,
    messages: Meter,
}

impl Host {
    pub(super) fn window(&mut self, frame: Option<u32>, origin: &str, text: &str) {
        let Some(message) = Message::read(text) else { return };
        if !self.offer(frame, origin, &message) {
            self.ignored = self.ignored.saturating_add(1);
        }
    }

    /// Offers a port to a frame that we made, which still shows its application, and only while somebody is signed in.
    fn offer(&mut self, frame: Option<u32>, origin: &str, message: &Message) -> bool {
        let name = message.text("frame");
        if message.text("type") != "ready"
            || name.is_empty()
            || name.len() > LONGEST_NAME
            || version::read(message.get("versions")).is_none()
        {
            return false;
        }
        let time = self.clock.time;
        let Some(frame) = self.frames.iter_mut().find(|known| Some(known.id) == frame) else { return false };
        let app = self.apps.iter().find(|app| app.id == frame.app && app.origin == origin);
        let Some(app) = app.filter(|_| self.session.is_some()) else { return false };
        if frame.calls.take(time, MOST_CALLS, SPAN).is_err() {
            return false;
        }
        let (frame, origin) = (frame.id, app.origin.clone());
        let nonce = self.clock.unique();
        let offer = message::of("offer").with("frame", name).with("versions", self.written_versions()).with("hostNonce", nonce.as_str());
        let id = self.unused_number();
        self.make_room(frame);
        self.connections.push(Connection {
            id,
            frame,
            name: name.into(),
            nonce,
            stage: Stage::Offered,
            version: 0,
            sequence: Sequence::default(),
            due: Some(time + 3 * HANDSHAKE),
            messages: Meter::default(),
        });
        self.effects.push(Effect::Offer { frame, connection: id, origin, text: message::text(offer) });
        true
    }

    /// The oldest connection of a frame makes room.
    fn make_room(&mut self, frame: u32) {
        let of_frame: Vec<u32> = self.connections.iter().filter(|c| c.frame == frame).map(|c| c.id).collect();
        if let Some(oldest) = of_frame.first().filter(|_| of_frame.len() >= MOST_CONNECTIONS) {
            self.shut(*oldest, None);
        }
    }

    pub(super) fn port(&mut self, id: u32, text: &str) {
        let time = self.clock.time;
        let Some(connection) = self.connections.iter_mut().find(|c| c.id == id) else { return };
        if connection.messages.take(time, MOST_MESSAGES, SPAN).is_err() {
            return self.shut(id, Some("flooded"));
        }
        let Some(message) = Message::read(text) else {
            self.ignored = self.ignored.saturating_add(1);
            return;
        };
        if connection.stage == Stage::Offered {
            if !self.accept(id, &message) {
                self.shut(id, Some("refused"));
            }
            return;
        }
        if !connection.sequence.accepts(connection.version, &message) {
            self.ignored = self.ignored.saturating_add(1);
            return;
        }
        connection.due = None;
        self.heard(id, &message);
    }

    /// A frame accepts: with our nonce, with the highest version of both lists, and with our list as we wrote it.
    fn accept(&mut self, id: u32, message: &Message) -> bool {
        let ours = self.versions.clone();
        let Some(connection) = self.connections.iter_mut().find(|c| c.id == id) else { return false };
        let theirs = version::read(message.get("frameVersions")).unwrap_or_default();
        let Some(version) = version::common(&ours, &theirs) else { return false };
        let frame_nonce = message.text("frameNonce");
        let as_written = version::read(message.get("hostVersions")).is_some_and(|list| list == ours);
        let in_order = message.text("type") == "accept"
            && same(message.text("hostNonce"), &connection.nonce)
            && as_written
            && !frame_nonce.is_empty()
            && frame_nonce.len() <= LONGEST_NAME
            && connection.sequence.accepts(version, message);
        if !in_order {
            return false;
        }
        connection.stage = Stage::Up;
        connection.version = version;
        connection.due = None;
        let (frame, name) = (connection.frame, connection.name.clone());
        // The same program called anew: its old port is dead.
        self.shut_all(|c| c.frame == frame && c.name == name && c.id < id);
        let confirm = message::of("confirm")
            .with("frameNonce", frame_nonce)
            .with("frameVersions", version::write(&theirs))
            .with("hostVersions", self.written_versions())
            .with("epoch", self.epoch.as_str())
            .with("context", self.context_of(frame));
        self.say(id, confirm);
        self.publish("connected", frame, "");
        true
    }

    /// Says something on a port that is up, if it is no longer than a message may be.
    pub(super) fn say(&mut self, id: u32, message: Object) {
        let Some(connection) = self.connections.iter_mut().find(|c| c.id == id && c.stage == Stage::Up) else { return };
        let text = connection.sequence.number(connection.version, message);
        if text.len() <= LONGEST {
            self.effects.push(Effect::Say(id, text));
        }
    }

    pub(super) fn publish(&mut self, what: &'static str, frame: u32, detail: &str) {
        let app = self.frames.iter().find(|f| f.id == frame).map(|f| f.app.clone()).unwrap_or_default();
        let detail = detail.chars().filter(|c| !c.is_control()).take(100).collect();
        self.effects.push(Effect::Publish(what, app, frame, detail));
    }

    /// Closes a port; what was asked on it is not answered.
    pub(super) fn shut(&mut self, id: u32, why: Option<&'static str>) {
        let Some(at) = self.connections.iter().position(|c| c.id == id) else { return };
        let connection = self.connections.remove(at);
        self.jobs.iter_mut().for_each(|job| job.waiting.retain(|(waiting, _)| *waiting != id));
        self.effects.push(Effect::Shut(id));
        if let Some(why) = why {
            self.publish(why, connection.frame, "");
        }
    }

    pub(super) fn shut_all(&mut self, which: impl Fn(&Connection) -> bool) {
        let ids: Vec<u32> = self.connections.iter().filter(|c| which(c)).map(|c| c.id).collect();
        ids.into_iter().for_each(|id| self.shut(id, None));
    }

    pub(super) fn due(&mut self) {
        let time = self.clock.time;
        let late: Vec<(u32, Stage)> =
            self.connections.iter().filter(|c| c.due.is_some_and(|due| due <= time)).map(|c| (c.id, c.stage)).collect();
        for (id, stage) in late {
            self.shut(id, (stage == Stage::Up).then_some("lost"));
        }
    }
}
