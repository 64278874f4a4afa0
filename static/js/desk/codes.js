// Which codes the camera reads, and how it tells a carrier's QR code from ours. Without the page, so that a test can use it.
//
// Not Interleaved 2 of 5 and not Codabar: neither has a check digit that must be right, so that a code half out of view
// gives a shorter number that looks like a whole one. Waybills carry Code 128; hand scanners still send all kinds.
export const FORMATS = ["code_128", "code_39", "ean_13", "qr_code", "data_matrix"];
export const SETTINGS = { formats: ["Code128", "Code39", "EAN13", "QRCode", "DataMatrix"], tryHarder: true, maxNumberOfSymbols: 2 };

const MATRIX = /qr|matrix/i;
const FOREIGN = /^(?:https?:\/\/|MMM=|\{)/i;
const OURS = /\/(?:l|t|p)\/[0-9A-Za-z]|\/work\/(?:me|handovers)\//;

export const isLine = (format) => Boolean(format) && !MATRIX.test(format);
export const isForeign = (text, format) => !isLine(format) && FOREIGN.test(text) && !OURS.test(text);
