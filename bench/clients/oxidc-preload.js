import { AuthClient } from 'oxidc/wasm';
import { application } from './oxidc-application.js';

export const open = application(AuthClient);
