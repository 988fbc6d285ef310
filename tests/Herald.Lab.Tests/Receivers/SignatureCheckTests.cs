using System.Text;
using Herald.Lab.Receivers;
using Xunit;

namespace Herald.Lab.Tests.Receivers;

public sealed class SignatureCheckTests
{
    // The example of the reference libraries of the Standard Webhooks specification.
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private const string Timestamp = "1614265330";
    private const string Signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"test": 2432232314}""");
    private readonly SignatureCheck _check = new(Secret, new FixedTime(1614265330));

    [Theory]
    [InlineData(Signature)]
    [InlineData("v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= " + Signature)]
    [InlineData("v1a,xyz " + Signature + " v2,abc")]
    public void A_true_signature_holds_also_among_others(string signatures) =>
        Assert.Null(_check.Refuse(Id, Timestamp, signatures, Body));

    [Fact]
    public void What_it_signs_others_would_have_signed_alike() => Assert.Equal(Signature, _check.Sign(Id, Timestamp, Body));

    [Theory]
    [InlineData("")]
    [InlineData("v1,")]
    [InlineData("v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE")]
    public void A_false_one_does_not(string signatures) => Assert.NotNull(_check.Refuse(Id, Timestamp, signatures, Body));

    [Fact]
    public void Nothing_signed_may_change()
    {
        Assert.NotNull(_check.Refuse(Id + "x", Timestamp, Signature, Body));
        Assert.NotNull(_check.Refuse(Id, "1614265331", Signature, Body));
        Assert.NotNull(_check.Refuse(Id, Timestamp, Signature, [.. Body, (byte)' ']));
        Assert.NotNull(new SignatureCheck("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", new FixedTime(1614265330)).Refuse(Id, Timestamp, Signature, Body));
    }

    [Fact]
    public void An_old_message_is_refused_and_so_is_one_without_headers()
    {
        Assert.NotNull(new SignatureCheck(Secret, new FixedTime(1614265330 + 301)).Refuse(Id, Timestamp, Signature, Body));
        Assert.NotNull(_check.Refuse(null, Timestamp, Signature, Body));
        Assert.NotNull(_check.Refuse(Id, "now", Signature, Body));
    }

    private sealed class FixedTime(long unixSeconds) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(unixSeconds);
    }
}
