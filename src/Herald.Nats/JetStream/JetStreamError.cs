namespace Herald.Nats.JetStream;

/// <summary>The errors of JetStream that Herald handles in a special way.</summary>
public static class JetStreamError
{
    public const int ConsumerNotFound = 10014;
    public const int MessageTooLarge = 10054;
    public const int NotEnabledForAccount = 10039;
    public const int NotEnabled = 10076;
    public const int StreamNameInUse = 10058;
    public const int StreamNotFound = 10059;
}
