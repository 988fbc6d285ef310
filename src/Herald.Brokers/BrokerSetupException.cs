using Herald.Hosting;

namespace Herald.Brokers;

/// <summary>A broker cannot be used with the present settings. The message names the setting and says what to do.</summary>
public sealed class BrokerSetupException(string message, Exception? inner = null) : ServerStartException(message, inner);
