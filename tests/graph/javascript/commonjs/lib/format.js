module.exports = (value) => String(value);
