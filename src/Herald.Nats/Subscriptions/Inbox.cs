using System.Security.Cryptography;

namespace Herald.Nats.Subscriptions;

/// <summary>Subjects for answers, which nobody else has, and nobody can guess.</summary>
public static class Inbox
{
    private const int Bytes = 15;

    /// <returns>With a dot at its end, after which the asker puts what tells its questions apart.</returns>
    public static string NewPrefix() => $"_INBOX.{Convert.ToHexString(RandomNumberGenerator.GetBytes(Bytes))}.";
}
