using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Herald.LocalServers.Push;
using Herald.Push.WebPush;

namespace Herald.Push.Tests.WebPush;

/// <summary>The examples of RFC 8188 (section 3) and RFC 8291 (section 5).</summary>
public sealed class EncryptionTests
{
    private const string Walrus = "I am the walrus", Watermelon = "When I grow up, I want to be a watermelon";

    private const string WalrusKey = "yqdlZ-tYemfogSmv7Ws5PQ";
    private const string WalrusBody = "I1BsxtFttlv3u_Oo94xnmwAAEAAA-NAVub2qFgBEuQKRapoZu-IxkIva3MEB1PD-ly8Thjg";

    private const string TwoRecordsKey = "BO3ZVPxUlnLORbVGMpbT1Q";
    private const string TwoRecordsBody =
        "uNCkWiNYzKTnBN9ji3-qWAAAABkCYTHOG8chz_gnvgOqdGYovxyjuqRyJFjEDyoF1Fvkj6hQPdPHI51OEUKEpgz3SsLWIqS_uA";

    private const string BrowserPrivate = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";
    private const string BrowserPublic = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    private const string BrowserSecret = "BTBZMqHH6r4Tts7J_aSIgg";
    private const string SenderPrivate = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
    private const string SenderPublic = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
    private const string Salt = "DGv6ra1nlYgDCS1FRnbzlw";
    private const string WatermelonBody =
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6"
        + "cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";

    private static readonly Uri Endpoint = new("https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV");

    [Fact]
    public void The_example_of_the_content_coding_is_encrypted()
    {
        var salt = Bytes(WalrusBody)[..16];

        var body = ContentEncryption.Encrypt(Bytes(WalrusKey), salt, 4096, [], Encoding.UTF8.GetBytes(Walrus));

        Assert.Equal(WalrusBody, Base64Url.EncodeToString(body));
    }

    [Theory]
    [InlineData(WalrusKey, WalrusBody)]
    [InlineData(TwoRecordsKey, TwoRecordsBody)]
    public void The_judging_browser_decrypts_the_examples_of_the_content_coding(string key, string body) =>
        Assert.Equal(Walrus, Encoding.UTF8.GetString(FakeBrowser.DecryptContent(Bytes(key), Bytes(body))));

    [Fact]
    public void The_example_of_Web_Push_is_encrypted()
    {
        using var browser = Browser();
        Assert.True(BrowserSubscriptionReader.TryRead(browser.Subscription.ToJsonString(), out var subscription, out _));
        using var own = FakeBrowser.KeyOf(SenderPrivate, SenderPublic);

        var body = WebPushEncryption.Encrypt(subscription, Encoding.UTF8.GetBytes(Watermelon), own, Bytes(Salt));

        Assert.Equal(WatermelonBody, Base64Url.EncodeToString(body));
    }

    [Fact]
    public void The_judging_browser_decrypts_the_example_of_Web_Push()
    {
        using var browser = Browser();

        Assert.Equal(Watermelon, Encoding.UTF8.GetString(browser.Decrypt(Bytes(WatermelonBody))));
    }

    [Fact]
    public void A_message_that_was_changed_is_refused_by_the_judging_browser()
    {
        using var browser = Browser();
        var body = Bytes(WatermelonBody);
        body[^1] ^= 1;

        Assert.ThrowsAny<CryptographicException>(() => browser.Decrypt(body));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3992)]
    [InlineData(3993)]
    public void Any_length_up_to_the_limit_arrives_in_a_body_within_the_limit(int length)
    {
        using var browser = Browser();
        Assert.True(BrowserSubscriptionReader.TryRead(browser.Subscription.ToJsonString(), out var subscription, out _));
        var content = RandomNumberGenerator.GetBytes(length);

        var body = WebPushEncryption.Encrypt(subscription, content);

        Assert.InRange(body.Length, 1, 4096);
        Assert.Equal(content, browser.Decrypt(body));
        Assert.Equal(3993, WebPushEncryption.MostContentBytes);
    }

    private static FakeBrowser Browser() => new(Endpoint, "", FakeBrowser.KeyOf(BrowserPrivate, BrowserPublic), Bytes(BrowserSecret));

    private static byte[] Bytes(string text) => Base64Url.DecodeFromChars(text);
}
