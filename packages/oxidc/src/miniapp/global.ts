/**
 * The frame's side for a script element: `window.ACloudMiniApp` is the application and carries all classes.
 * @module
 */
import * as all from './index.js';

Object.assign(globalThis, { ACloudMiniApp: { ...all, initializeFrame: all.App.initializeFrame } });
