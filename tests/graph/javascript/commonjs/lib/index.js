module.exports = { ...require("./tools"), Store: require("./store") };
