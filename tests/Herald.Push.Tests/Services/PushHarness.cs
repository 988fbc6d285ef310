using Herald.Contracts.Channels;
using Herald.Engine.Channels;
using Herald.LocalServers.Push;
using Herald.TestKit.Time;

namespace Herald.Push.Tests.Services;

/// <summary>A push service for the suite of all channels. The endpoint names the device, because payloads of the suite name none.</summary>
internal sealed class PushHarness : ChannelHarness
{
    private PushRig _rig = null!;

    private PushHarness() { }

    public override IChannel Channel => _rig.Channel;
    public override Uri Endpoint => _rig.DeviceEndpoint;
    public override Uri UnreachableEndpoint => _rig.Unreachable;
    public override Uri ImpossibleEndpoint => new($"{_rig.Scheme}://nobody/x");
    public override int LargestPayload => 2500;

    public static async Task<ChannelHarness> CreateAsync(Func<ManualClock, Task<PushRig>> start)
    {
        var harness = new PushHarness();
        harness._rig = await start(harness.Clock);
        return harness;
    }

    public override byte[] PayloadOf(byte[] bytes) => PayloadText.Write(bytes);

    public override void Behave(ReceiverMood mood) => _rig.Fake.Always = mood switch
    {
        ReceiverMood.Accepting => PushPlan.Judged,
        ReceiverMood.Failing => PushPlan.Broken,
        ReceiverMood.Hanging => PushPlan.Silence,
    };

    public override async Task<(string MessageId, byte[] Payload)> NextAsync(CancellationToken cancel)
    {
        var (id, _, text, _) = _rig.Parts(_rig.ContentOf(await _rig.Fake.Calls.ReadAsync(cancel)));
        return (id, PayloadText.Read(text));
    }

    public override ValueTask DisposeAsync() => _rig.DisposeAsync();
}
