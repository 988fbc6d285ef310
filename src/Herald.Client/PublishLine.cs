namespace Herald.Client;

/// <summary>One event on its way to Herald.</summary>
/// <param name="Number">Of the line it came from, 1 for the first.</param>
/// <param name="Envelope">The JSON envelope in UTF-8, with an id.</param>
/// <param name="ReadBytes">How much of the input has been read with it.</param>
/// <param name="Problem">Why it cannot be sent; null when it can.</param>
public readonly record struct PublishLine(long Number, byte[] Envelope, long ReadBytes, string? Problem);
