using Herald.Engine.Channels;

namespace Herald.Messages.Providers;

/// <summary>One try to send a message through one provider.</summary>
/// <param name="to">The recipient: that of the message, or else that of the endpoint. Null when neither names one.</param>
/// <param name="time">How long the try may take, unless the message may have arrived.</param>
/// <param name="extend">Called when the message may have arrived.</param>
public sealed class Sending(Message message, string? to, Attempt attempt, TimeSpan time, Action? extend = null)
{
    public Message Message => message;

    public string? To => to;

    public Attempt Attempt => attempt;

    public TimeSpan Time => time;

    /// <summary>The stage that was reached, for the message about a time-out.</summary>
    public AttemptStage Stage { get; private set; } = AttemptStage.Guard;

    /// <summary>
    /// The provider may have the message from here on, so a time-out proves nothing. Such a try gets all the time that the attempt has
    /// left, because no other provider may be used after it.
    /// </summary>
    public bool MayHaveArrived { get; private set; }

    public void Reached(AttemptStage stage) => Stage = stage;

    public void NoteMayHaveArrived()
    {
        if (MayHaveArrived)
            return;
        (Stage, MayHaveArrived) = (AttemptStage.Wait, true);
        extend?.Invoke();
    }
}
