namespace Herald.Push;

/// <summary>What the answer of a push service means.</summary>
/// <param name="Words">The service's own word for it, such as <c>UNREGISTERED</c>, with a hint where the word is not enough.</param>
internal readonly record struct PushVerdict(PushMeaning Meaning, string Words)
{
    public static PushVerdict Delivered => new(PushMeaning.Delivered, "");
}

internal enum PushMeaning
{
    Delivered,

    /// <summary>The device had this address and has it no longer. No message to it will ever arrive.</summary>
    AddressGone,

    /// <summary>The address is none, or belongs to another application or environment.</summary>
    AddressRefused,

    /// <summary>This message can never be delivered.</summary>
    MessageRefused,

    /// <summary>This device, or the service that its browser chose, cannot take the message now. Others can be sent.</summary>
    DeviceUnready,

    /// <summary>Too many messages of this sender.</summary>
    Throttled,

    /// <summary>A failure that another attempt may not have.</summary>
    Failed,

    /// <summary>The service cannot work at present.</summary>
    Unavailable,

    /// <summary>The service refuses the sender: a key, a permission or a setting is wrong, whatever the message.</summary>
    SenderRefused,
}
