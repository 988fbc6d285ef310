using Microsoft.AspNetCore.Http;

namespace Herald.Lab.Receivers;

/// <summary>A webhook with a valid signature that is about to be acknowledged.</summary>
/// <param name="Path">The path of the address to which it was sent.</param>
/// <param name="Attempt">Herald's count, 1 for the first.</param>
/// <param name="Headers">Valid until the call returns.</param>
/// <param name="Body">Valid until the call returns.</param>
public readonly record struct ReceivedWebhook(string Path, string Id, int Attempt, IHeaderDictionary Headers, ReadOnlyMemory<byte> Body);
