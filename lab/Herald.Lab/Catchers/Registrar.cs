using System.Diagnostics;
using Herald.Client;

namespace Herald.Lab.Catchers;

/// <summary>
/// Keeps a catcher registered: it asks for a customer until it gets one, holds the customer with heartbeats, and asks again when another
/// handler has taken the customer over.
/// </summary>
internal sealed class Registrar(Catcher catcher, RegistrationClient client, Action<string> tell, TimeProvider time, Random random)
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LeavePatience = TimeSpan.FromSeconds(5);

    /// <summary>False to end without notifying Herald, as if the process had been killed. Herald notices when the window is over.</summary>
    public bool Leaves { get; set; } = true;

    /// <summary>Runs until it is cancelled, and then releases the customer.</summary>
    /// <returns>Herald's answer when it refuses, because asking again would not change the answer.</returns>
    public async Task<Reply?> RunAsync(CancellationToken cancel)
    {
        Registration? held = null;
        try
        {
            while (true)
            {
                switch (await client.RegisterAsync(cancel))
                {
                    case RegistrationAnswer.Given given:
                        Begin(held = given.Registration);
                        await HoldAsync(held, cancel);
                        held = null;
                        End();
                        break;
                    case RegistrationAnswer.Raced:
                        break;
                    case RegistrationAnswer.Refused refused:
                        return refused.Reply;
                    case RegistrationAnswer.Nobody or RegistrationAnswer.Later:
                        await Task.Delay(Jittered(AskEvery), time, cancel);
                        break;
                    case var other:
                        throw new UnreachableException($"{other}");
                }
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            if (held is not null && Leaves)
            {
                using var patience = new CancellationTokenSource(LeavePatience, time);
                await client.LeaveAsync(held, patience.Token);
                catcher.Customer = null;
            }
            return null;
        }
    }

    /// <summary>Ends when another handler has the customer.</summary>
    private async Task HoldAsync(Registration held, CancellationToken cancel)
    {
        bool? isHeld = true;
        while (isHeld is not false)
        {
            // Herald does not answer, so heartbeats become more frequent. Then Herald gets one soon after it is back.
            var wait = isHeld is true || held.Window / 4 < AskEvery ? held.Window / 4 : AskEvery;
            await Task.Delay(Jittered(wait), time, cancel);
            isHeld = await client.HeartbeatAsync(held, cancel);
        }
    }

    private void Begin(Registration given)
    {
        // Other handlers can have had these orders since they were last seen here.
        catcher.Order.Forget();
        catcher.Customer = given.Customer;
        catcher.Counts.CountRegistration();
        tell($"Catcher {catcher.Number} has customer {given.Customer}, epoch {given.Epoch}.");
    }

    private void End()
    {
        tell($"Catcher {catcher.Number} has lost customer {catcher.Customer} to another handler.");
        catcher.Customer = null;
        catcher.Counts.CountRegistrationLost();
        catcher.Order.Forget();
    }

    /// <summary>Only shortens the wait, because a heartbeat must not be late.</summary>
    private TimeSpan Jittered(TimeSpan wait) => wait * (0.8 + 0.2 * random.NextDouble());
}
