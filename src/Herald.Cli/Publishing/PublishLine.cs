namespace Herald.Cli.Publishing;

/// <summary>One event that is about to be sent to Herald.</summary>
/// <param name="Number">The number of its line in the input, from 1.</param>
/// <param name="Envelope">The JSON envelope in UTF-8, with an id.</param>
/// <param name="ReadBytes">How many bytes of the input have been read, up to and including this event.</param>
/// <param name="Problem">Why the event cannot be sent; null when it can.</param>
internal readonly record struct PublishLine(long Number, byte[] Envelope, long ReadBytes, string? Problem);
