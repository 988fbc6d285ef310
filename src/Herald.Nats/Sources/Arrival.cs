using Herald.Nats.JetStream;
using Herald.Nats.Messages;

namespace Herald.Nats.Sources;

/// <summary>A message that a source has taken in.</summary>
/// <param name="Place">In its stream; nothing where none keeps it.</param>
/// <param name="Reading">That brought it; null where no stream keeps it.</param>
internal readonly record struct Arrival(NatsMessage Message, DeliveryPlace Place, StreamReading? Reading);
