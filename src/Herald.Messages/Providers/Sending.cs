using System.Globalization;
using Herald.Engine.Channels;

namespace Herald.Messages.Providers;

/// <summary>One try to send a message through one provider.</summary>
/// <param name="to">The recipient: that of the message, or else that of the endpoint. Null when neither names one.</param>
/// <param name="time">How long the try may take, unless the message may have arrived.</param>
/// <param name="doubt">Called when the message may have arrived, and with false when this turns out not to be so.</param>
public sealed class Sending(Message message, string? to, Attempt attempt, TimeSpan time, Action<bool>? doubt = null)
{
    private string? _lack;

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

    /// <summary>The call waits for something of this node before it begins, for the message about a time-out.</summary>
    /// <param name="lack">What is missing if it does not come, such as <c>no free connection</c>.</param>
    public void WaitsFor(string lack) => _lack = lack;

    public void NoteMayHaveArrived()
    {
        if (MayHaveArrived)
            return;
        (Stage, MayHaveArrived) = (AttemptStage.Wait, true);
        doubt?.Invoke(true);
    }

    /// <summary>
    /// An HTTP request has reached a stage. While it is sent, the provider can have the message. An earlier stage after that says that the
    /// provider does not have it: nothing of the request had gone out, or an answer has refused it.
    /// </summary>
    public void RequestReached(AttemptStage stage)
    {
        if (stage >= AttemptStage.Send)
        {
            NoteMayHaveArrived();
        }
        else if (MayHaveArrived)
        {
            MayHaveArrived = false;
            doubt?.Invoke(false);
        }
        (Stage, _lack) = (stage, null);
    }

    /// <summary>What was not done when the time was over.</summary>
    public string Late(TimeSpan after)
    {
        var what = _lack ?? Stage switch
        {
            AttemptStage.Resolve => "the name was not resolved",
            AttemptStage.Connect => "no connection",
            AttemptStage.Secure => "the TLS handshake was not finished",
            AttemptStage.Guard or AttemptStage.Send or AttemptStage.Wait or AttemptStage.Response => "no answer",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{what} within {after.TotalSeconds:0.###}s");
    }
}
