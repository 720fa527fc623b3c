import { AuthClient } from 'oxidc';
import { application } from './oxidc-application.js';

export const open = application(AuthClient);
