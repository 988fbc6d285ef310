using Herald.Nats.JetStream;
using Herald.Nats.Messages;

namespace Herald.Nats.Sources;

/// <summary>A message that a source has received.</summary>
/// <param name="Place">The place in its stream; default without a stream.</param>
/// <param name="Reading">The reading that received it; null without a stream.</param>
internal readonly record struct Arrival(NatsMessage Message, DeliveryPlace Place, StreamReading? Reading);
