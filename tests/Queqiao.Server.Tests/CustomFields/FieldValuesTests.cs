using System.Text.Json;
using Queqiao.Server.CustomFields;

namespace Queqiao.Server.Tests.CustomFields;

/// <summary>Values of custom fields: pure.</summary>
public sealed class FieldValuesTests
{
    private static readonly FieldSet Fields = new([
        Field("note", FieldKind.Text), Field("seats", FieldKind.Number), Field("vip", FieldKind.Bool), Field("due", FieldKind.Date), Field("site", FieldKind.Url),
        Field("plan", FieldKind.Single, options: [new("gold", "金"), new("old", "旧", Archived: true)]),
        Field("langs", FieldKind.Multi, options: [new("zh", "中文"), new("en", "English")]),
        Field("id_no", FieldKind.Text, FieldClass.Personal), Field("gone", FieldKind.Text, archived: true), Field("must", FieldKind.Text, required: true),
    ]);

    private static CustomField Field(string key, string kind, string @class = FieldClass.Internal, FieldOption[]? options = null, bool archived = false, bool required = false) =>
        new(Guid.Empty, FieldObject.Conversation, key, key, kind, @class, required, options ?? [], 0, archived);

    [Theory]
    [InlineData("""{"note":"  hello "}""", """{"note":"hello"}""")]
    [InlineData("""{"note":"   "}""", """{"note":null}""")]
    [InlineData("""{"seats":1.50,"note":null}""", """{"note":null,"seats":1.5}""")]
    [InlineData("""{"seats":1e3}""", """{"seats":1000}""")]
    [InlineData("""{"vip":true,"due":"2028-02-29"}""", """{"due":"2028-02-29","vip":true}""")]
    [InlineData("""{"site":"https://例子.中国/a?b=c"}""", """{"site":"https://例子.中国/a?b=c"}""")]
    [InlineData("""{"plan":"gold","langs":["en","zh","en"]}""", """{"langs":["en","zh"],"plan":"gold"}""")]
    [InlineData("""{"langs":[]}""", """{"langs":null}""")]
    public void Values_are_put_into_their_one_form(string given, string stored)
    {
        Assert.Null(Fields.Read(JsonDocument.Parse(given).RootElement, out var patch));
        Assert.Equal((stored, null), (patch.Internal, patch.Personal));
    }

    [Theory]
    [InlineData("""{"nope":1}""", "nope", "field_unknown")]
    [InlineData("""{"note":1}""", "note", "json_wrong_type")]
    [InlineData("""{"seats":"1"}""", "seats", "json_wrong_type")]
    [InlineData("""{"seats":1e300}""", "seats", "json_wrong_type")]
    [InlineData("""{"seats":2e15}""", "seats", "out_of_range")]
    [InlineData("""{"vip":"yes"}""", "vip", "json_wrong_type")]
    [InlineData("""{"due":"2027-02-29"}""", "due", "invalid_date")]
    [InlineData("""{"due":"2027-2-1"}""", "due", "invalid_date")]
    [InlineData("""{"site":"javascript:alert(1)"}""", "site", "invalid_url")]
    [InlineData("""{"plan":"old"}""", "plan", "not_one_of")]
    [InlineData("""{"langs":["zh","xx"]}""", "langs", "not_one_of")]
    [InlineData("""{"langs":"zh"}""", "langs", "json_wrong_type")]
    [InlineData("""{"gone":"x"}""", "gone", "field_archived")]
    public void What_does_not_fit_is_named(string given, string key, string code)
    {
        var refusal = Fields.Read(JsonDocument.Parse(given).RootElement, out _);
        Assert.Equal(code, Assert.Single(refusal!.Fields!["fields." + key]).Code);
    }

    [Fact]
    public void What_is_about_a_person_is_kept_apart()
    {
        Assert.Null(Fields.Read(JsonDocument.Parse("""{"id_no":"310","note":"x"}""").RootElement, out var patch));
        Assert.Equal(("""{"note":"x"}""", """{"id_no":"310"}"""), (patch.Internal, patch.Personal));
        Assert.Null(Fields.Read(JsonDocument.Parse("""{"gone":null}""").RootElement, out var cleared)); // clearing an archived one is allowed
        Assert.Equal("""{"gone":null}""", cleared.Internal);
    }

    [Fact]
    public void A_change_is_merged_and_only_news_count()
    {
        var values = FieldValues.Merge(null, """{"a":1,"b":"x"}""");
        Assert.Equal("""{"a":1,"b":"x"}""", values);
        Assert.Equal("""{"b":"x","c":true}""", FieldValues.Merge(values, """{"a":null,"c":true}"""));
        Assert.Null(FieldValues.Merge(values, """{"a":null,"b":null}"""));
        Assert.Equal("""{"b":"y"}""", FieldValues.News(values, """{"a":1,"b":"y","z":null}"""));
        Assert.Null(FieldValues.News(values, """{"a":1}"""));
    }

    [Fact]
    public void Facets_find_a_value_and_nothing_that_looks_like_it()
    {
        var facets = FieldValues.Facets("""{"langs":["en","zh"],"note":"Line\none=two","plan":"gold","seats":10}""")!;
        foreach (var (key, value) in new[] { ("langs", "zh"), ("plan", "Gold"), ("seats", "10"), ("note", "line one=two") })
            Assert.Contains(FieldValues.Facet(key, value), facets, StringComparison.Ordinal);
        foreach (var (key, value) in new[] { ("langs", "z"), ("seats", "1"), ("one", "two"), ("note", "line") })
            Assert.DoesNotContain(FieldValues.Facet(key, value), facets, StringComparison.Ordinal);
        Assert.Null(FieldValues.Facets(null));
    }

    [Fact]
    public void Required_fields_without_a_value_are_named()
    {
        Assert.Equal(["must"], Fields.Missing(null, """{"id_no":"1"}"""));
        Assert.Empty(Fields.Missing("""{"must":"x"}"""));
    }
}
