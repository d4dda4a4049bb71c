// The base64 alphabet (RFC 4648 section 4). The codec works on its characters, six bits each, without padding:
// the runtimes that share it have no decoder in common.

export const base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
