using Microsoft.AspNetCore.Http;

namespace Herald.Lab.Receivers;

/// <summary>A webhook whose signature holds, and which is being acknowledged.</summary>
/// <param name="Path">Of the address it was sent to.</param>
/// <param name="Attempt">Herald's count, 1 for the first.</param>
/// <param name="Headers">Lent, like the body.</param>
/// <param name="Body">Lent until the call returns.</param>
public readonly record struct ReceivedWebhook(string Path, string Id, int Attempt, IHeaderDictionary Headers, ReadOnlyMemory<byte> Body);
