/**
 * The extended module in a script of its own, loaded on demand.
 * @module
 */
export { default } from '#extended-bytes';
