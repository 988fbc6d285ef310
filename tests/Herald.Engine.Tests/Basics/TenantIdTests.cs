using Herald.Engine.Basics;
using Xunit;

namespace Herald.Engine.Tests.Basics;

public sealed class TenantIdTests
{
    private static readonly TenantId Acme = TenantId.Parse("acme");

    [Fact]
    public void The_default_value_is_the_default_tenant()
    {
        Assert.Equal("default", default(TenantId).ToString());
        Assert.Equal(default, TenantId.Parse("default"));
        Assert.True(TenantId.Parse("default").IsDefault);
        Assert.False(Acme.IsDefault);
        Assert.NotEqual(default, Acme);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("0")]
    [InlineData("-")]
    [InlineData("acme-2")]
    public void Letters_digits_and_hyphens_are_a_tenant(string text)
    {
        Assert.True(TenantId.TryParse(text, out var tenant));
        Assert.Equal(text, tenant.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Acme")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("@a")]
    [InlineData("a.b")]
    [InlineData("a\n")]
    [InlineData("\u00e4")]
    public void Nothing_else_is(string? text)
    {
        Assert.False(TenantId.TryParse(text, out var tenant));
        Assert.True(tenant.IsDefault);
        if (text is not null)
            Assert.Contains(TenantId.Rule, Assert.Throws<ArgumentException>(() => TenantId.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_has_at_most_64_characters()
    {
        Assert.True(TenantId.TryParse(new string('a', 64), out _));
        Assert.False(TenantId.TryParse(new string('a', 65), out _));
    }

    [Fact]
    public void The_full_name_in_the_default_tenant_is_the_name_itself()
    {
        const string Name = "orders";
        Assert.Same(Name, default(TenantId).FullName(Name));
        Assert.Equal((default, Name), TenantId.Split(Name));
        Assert.Equal("@acme/orders", Acme.FullName(Name));
        Assert.Equal((Acme, Name), TenantId.Split("@acme/orders"));
    }

    /// <summary>Whatever a caller takes for a name, it names nothing of another tenant.</summary>
    [Fact]
    public void No_two_names_have_one_full_name()
    {
        string[] names = ["", "a", "acme", "a/b", "/", "@", "@a", "@acme/orders", "@default/orders", "@/x", "@@acme/x", "orders", "acme/orders"];
        TenantId[] tenants = [default, Acme, TenantId.Parse("a"), TenantId.Parse("acme-2"), TenantId.Parse("-")];
        var all = new Dictionary<string, (TenantId, string)>();
        foreach (var tenant in tenants)
        {
            foreach (var name in names)
            {
                var full = tenant.FullName(name);
                Assert.Equal((tenant, name), TenantId.Split(full));
                Assert.True(all.TryAdd(full, (tenant, name)), full);
                Assert.All(tenants, one => Assert.Equal(one == tenant, one.Owns(full)));
            }
        }
    }
}
