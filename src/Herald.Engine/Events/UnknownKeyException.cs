namespace Herald.Engine.Events;

/// <summary>A stored payload is encrypted with a key that this node does not know. It must not be used as if it were plain.</summary>
public sealed class UnknownKeyException(int keyId) : Exception($"The payload is encrypted with key {keyId}, which this node does not know.")
{
    public int KeyId => keyId;
}
