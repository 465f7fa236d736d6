// Made with `minisign -G -W` for these tests alone: nothing real is signed with it.
export const TEST_KEY =
  "RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIXJHUm27kha9qL+umjBBQnh6kWacIKVP50JwG3QaVswa+BFrBQk37smiue98e6AxQLDVdCIDhodQMozIEzi7FF/PbZa+8Q36AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

export const TEST_PUBLIC_KEY = `untrusted comment: minisign public key 1692BB6D52477221
RWQhckdSbbuSFsmiue98e6AxQLDVdCIDhodQMozIEzi7FF/PbZa+8Q36
`;

/** What minisign 0.11 made of `SIGNED` with that key. */
export const SIGNED = '{"version":"1.0","exporters":[]}\n';
export const SIGNATURE = `untrusted comment: signature from minisign secret key
RUQhckdSbbuSFiqsxIQAYzbsykv5gDqh3/XdmgjUOtckdDhGlwxMYNLrKlNfyQAMDIdv5OST4C+BildwXjAlu37dBsXoTfYUFQk=
trusted comment: a comment that is signed
eovu2YQjV2xCAubK5aF+6bb1VtemBF7sbkBwp+tABNHLzZqyKweSkUWim1YcflHCU68TcYUfSKugPCjmJABGAQ==
`;
