/**
 * `App` and `Frame`: the one frame of a page.
 * @module
 */
import { MiniAppFrame, type LoadGuest } from './frame.js';
import { OAuth2 } from './oauth2.js';
import { attach, Rest, User } from './rest.js';
import { guarded } from './transport.js';
import type { EventCallbacks, FrameContext, FrameEventName, FrameParams } from './types.js';
import { Event, Modal, Options, Sidepanel, Swal, Toast, UserOptions } from './ui.js';

let load: LoadGuest;
/** @internal */
export function useLoader(loader: LoadGuest): void {
  load = loader;
}

/** The frame that this page is. One instance. */
export class Frame {
  static readonly Event = Event;
  static readonly Modal = Modal;
  static readonly Sidepanel = Sidepanel;
  static readonly Swal = Swal;
  static readonly Toast = Toast;
  static #instance: Promise<Frame> | undefined;
  readonly #frame: MiniAppFrame;
  readonly #options = new Options();
  readonly #userOptions = new UserOptions();
  #events: EventCallbacks<FrameEventName> = {};

  private constructor(frame: MiniAppFrame) {
    this.#frame = frame;
  }

  /** Makes the frame, or gives the one that there is. Resolves when the host has sent the context and, where it gives one, the first token. */
  static async initialize(params: FrameParams = {}): Promise<Frame> {
    const frame = await (this.#instance ??= this.#start(params).catch((error) => {
      this.#instance = undefined;
      throw error;
    }));
    if (params.events) frame.events = params.events;
    return frame;
  }

  static async #start({ events, ...options }: FrameParams): Promise<Frame> {
    const inner = await MiniAppFrame.start(load, options);
    attach(inner);
    OAuth2.initialize();
    const frame = new Frame(inner);
    // A mini-app to which the host grants no token is a mini-app all the same.
    await inner.getTokens().catch(() => {});
    if (events) frame.events = events;
    const ready = () => guarded(frame.#events.onReady);
    // After whoever awaits the frame has had a chance to set handlers.
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', () => setTimeout(ready), { once: true });
    else setTimeout(ready);
    void inner.call('frame.ready').catch(() => {});
    return frame;
  }

  /** The domain of the account. */
  get domain(): string { return this.#frame.context.domain ?? ''; }
  /** Whether the platform is reached by https. */
  get https(): boolean { return this.#frame.context.https !== false; }
  /** The language of the platform's pages. */
  get language(): string { return this.#frame.context.language ?? ''; }
  /** The origin of the platform's page, as the handshake proved it; the empty text with another transport. */
  get targetOrigin(): string { return this.#frame.origin; }
  /** The identifier of the placement. */
  get uniqid(): string { return this.#frame.context.placement?.id ?? ''; }
  /** The settings of the mini-app. */
  get options(): Options { return this.#options; }
  /** The settings of the person. */
  get userOptions(): UserOptions { return this.#userOptions; }
  /** The person. */
  get user(): User { return User.getInstance(); }
  /** Requests to the platform's interface. */
  get rest(): Rest { return Rest.getInstance(); }

  /** The handlers. Assigning an object replaces all of them. */
  get events(): EventCallbacks<FrameEventName> { return this.#events; }
  set events(events: EventCallbacks<FrameEventName>) { this.#events = events; }

  /** What the host told, with the tokens as they are now. */
  async getContext(): Promise<FrameContext> {
    return { ...this.#frame.context, auth: OAuth2.initialize().context };
  }

  /** Ends everything and releases the instance. */
  async destroy(): Promise<void> {
    Frame.#instance = undefined;
    attach(undefined);
    await this.#frame.close();
  }
}

/** The recommended way in. */
export class App {
  /** As `Frame.initialize`. */
  static initializeFrame(params?: FrameParams): Promise<Frame> {
    return Frame.initialize(params);
  }
}
