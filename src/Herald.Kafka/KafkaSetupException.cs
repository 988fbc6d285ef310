using Herald.Hosting;

namespace Herald.Kafka;

/// <summary>Kafka cannot be used with the present settings. The message names the setting and says what to do.</summary>
public sealed class KafkaSetupException(string message, Exception? inner = null) : ServerStartException(message, inner);
