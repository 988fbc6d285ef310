namespace Herald.Messages;

/// <summary>The rule for recipients of one kind of channel. Each channel registers one, also when it has no provider.</summary>
public interface IRecipientCheck
{
    Destination Kind { get; }

    /// <summary>What is wrong with a recipient, as a sentence; null when the channel can send to it.</summary>
    string? Refuse(string to);
}
