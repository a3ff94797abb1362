using System.Text.Json;
using Queqiao.Server.Contacts;
using Queqiao.Server.Contacts.Importing;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Platform.Tables;

namespace Queqiao.Server.Tests.Contacts;

public sealed class ImportRulesTests
{
    private static readonly FieldSet Fields = new(
    [
        Field("level", "级别", FieldKind.Single, FieldClass.Internal, new FieldOption("g", "金牌"), new FieldOption("s", "银牌")),
        Field("spent", "消费", FieldKind.Number, FieldClass.Internal), Field("birthday", "生日", FieldKind.Date, FieldClass.Personal), Field("vip", "VIP", FieldKind.Bool, FieldClass.Internal),
        Field("likes", "喜好", FieldKind.Multi, FieldClass.Internal, new FieldOption("t", "茶"), new FieldOption("c", "咖啡")),
    ]);

    private static CustomField Field(string key, string name, string kind, string @class, params FieldOption[] options) =>
        new(Guid.NewGuid(), FieldObject.Contact, key, name, kind, @class, false, options, 0, false);

    private static ImportPlan Plan(params string[] columns) => new(new TableFormat("utf-8", ",", true), columns);

    private static ImportedRow Read(ImportPlan plan, params string[] cells) => new RowReading(plan, Fields).Read(new CsvRecord(2, 2, cells));

    private static Guid Tag(ClaimedIdentity identity) => new(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(identity.Kind + Identifiers.Normal(identity.Kind, identity.Value))).AsSpan(0, 16));

    private static KnownPerson Person(string? name, params (string Kind, string Value, bool Trusted)[] identities) => new()
    {
        Id = Guid.NewGuid(), Name = name, Personal = new(), Identities = [.. identities.Select(one => new KnownIdentity(one.Kind, Tag(new(one.Kind, one.Value)), null, one.Trusted, default))],
    };

    private static RowDecision Decide(ImportedRow row, ImportPlan plan, params KnownPerson[] known) => ImportRules.Decide(row, plan, known, Tag);

    [Theory]
    [InlineData("姓名", "", "name"), InlineData("E-mail", "", "identity:email"), InlineData("手机号", "", "identity:phone"), InlineData("Mobile Phone", "", "identity:phone"), InlineData("级别", "", "field:level")]
    [InlineData("LEVEL", "", "field:level"), InlineData("编号", "C-7", "identity:crm"), InlineData("编号", "019ab3a8-0000-7000-8000-000000000001", "id"), InlineData("whatever", "a@example.com", "identity:email")]
    [InlineData("备注", "随便", "ignore"), InlineData("数", "13800001111", "identity:phone"), InlineData("营销同意", "是", "consent:marketing"), InlineData("User ID", "7", "identity:user")]
    public void Columns_are_guessed_in_both_languages(string heading, string sample, string target) => Assert.Equal(target, ColumnTarget.Guess(heading, [sample], Fields));

    [Fact]
    public void Cells_become_typed_values()
    {
        var row = Read(Plan("name", "identity:phone", "tags", "field:level", "field:spent", "field:birthday", "field:vip", "field:likes", "consent:marketing", "consent_at"),
            " 王芳 ", "138 0000 1111；+86 139 0000 2222", "vip、老客户", "金牌", "1,234.50", "1990年5月1日", "是", "茶;咖啡", "同意", "2026-01-02 08:00");
        Assert.Null(row.Fault);
        Assert.Equal(("王芳", 2, "vip,老客户"), (row.Name, row.Identities.Count, string.Join(',', row.Tags)));
        Assert.Equal("{\"level\":\"g\",\"likes\":[\"t\",\"c\"],\"spent\":1234.5,\"vip\":true}", row.Fields.Internal);
        Assert.Equal("{\"birthday\":\"1990-05-01\"}", row.Fields.Personal);
        Assert.True(row.Consents["marketing"]);
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 8, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds(), row.ConsentAt);
    }

    [Theory]
    [InlineData("field:spent", "1,23", "import_not_a_number"), InlineData("field:birthday", "May", "invalid_date"), InlineData("field:vip", "maybe", "import_not_yes_or_no"), InlineData("field:level", "铜牌", "not_one_of")]
    [InlineData("identity:email", "nobody", "invalid_email"), InlineData("identity:phone", "12", "invalid_phone"), InlineData("consent:marketing", "?", "import_not_yes_or_no"), InlineData("id", "7", "invalid_id")]
    public void What_cannot_be_meant_is_named_with_its_column(string target, string cell, string code)
    {
        var row = Read(Plan("name", target), "Ann", cell);
        Assert.Equal((RowFault.Failed, code, 1), (row.Fault!.Kind, row.Fault.Code, row.Fault.Column));
    }

    [Fact]
    public void Rows_without_anybody_or_with_too_many_cells_fail()
    {
        Assert.Equal("import_row_nobody", Read(Plan("name", "tags"), "", "vip").Fault!.Code);
        Assert.Equal("import_row_long", Read(Plan("name"), "Ann", "x").Fault!.Code);
        Assert.Null(Read(Plan("name", "tags"), "Ann").Fault);
    }

    [Fact]
    public void Only_what_was_signed_or_written_down_by_the_firm_proves_who_it_is()
    {
        var plan = Plan("name", "identity:email");
        var row = Read(plan, "Ann", "a@example.com");
        Assert.IsType<RowDecision.Add>(Decide(row, plan));
        Assert.IsType<RowDecision.Change>(Decide(row, plan, Person(null, ("email", "A@example.com", true))));
        Assert.IsType<RowDecision.Add>(Decide(row, plan, Person("Somebody", ("email", "a@example.com", false))));
        Assert.Equal("import_several", Assert.IsType<RowDecision.Refuse>(Decide(row, plan, Person("A", ("email", "a@example.com", true)), Person("B", ("email", "a@example.com", true)))).Fault.Code);
    }

    [Fact]
    public void A_shared_address_does_not_make_two_ids_one_person()
    {
        var plan = Plan("name", "identity:email", "identity:crm");
        var known = Person("Ann", ("email", "office@example.com", true), ("crm", "C-1", true));
        var refused = Assert.IsType<RowDecision.Refuse>(Decide(Read(plan, "Bob", "office@example.com", "C-2"), plan, known));
        Assert.Equal((RowFault.Conflict, "import_other_id", "crm"), (refused.Fault.Kind, refused.Fault.Code, refused.Fault.Arg));
        Assert.IsType<RowDecision.Same>(Decide(Read(plan, "Ann", "office@example.com", "C-1"), plan, known));
        Assert.IsType<RowDecision.Add>(Decide(Read(plan with { MatchBy = ["crm"] }, "Bob", "office@example.com", "C-2"), plan with { MatchBy = ["crm"] }, known));
    }

    [Fact]
    public void The_policy_says_what_happens_to_who_is_known()
    {
        var plan = Plan("name", "identity:email", "field:spent", "tags");
        var row = Read(plan, "New name", "a@example.com", "5", "vip");
        KnownPerson Known() => new() { Id = Guid.NewGuid(), Name = "Old", Fields = "{\"spent\":1}", Personal = new(), Identities = [new("email", Tag(new("email", "a@example.com")), null, true, default)] };
        Assert.IsType<RowDecision.PassOver>(Decide(row, plan with { Existing = MergePolicy.Skip }, Known()));
        var filled = Assert.IsType<RowDecision.Change>(Decide(row, plan, Known())).Changes;
        Assert.Equal((null, null, "vip"), (filled.Name, filled.Fields.Internal, filled.Tags.Single()));
        var over = Assert.IsType<RowDecision.Change>(Decide(row, plan with { Existing = MergePolicy.Overwrite }, Known())).Changes;
        Assert.Equal(("New name", "{\"spent\":5}"), (over.Name, over.Fields.Internal));
        // an empty cell takes nothing away
        Assert.IsType<RowDecision.Same>(Decide(Read(plan, "Old", "a@example.com", "", ""), plan with { Existing = MergePolicy.Overwrite }, Known()));
        Assert.IsType<RowDecision.PassOver>(Decide(Read(plan, "Ann", "b@example.com"), plan with { AddNew = false }));
    }

    [Fact]
    public void Who_objected_is_left_alone_and_an_id_must_be_there()
    {
        var plan = Plan("name", "identity:email", "id");
        var objected = new KnownPerson { Id = Guid.NewGuid(), Personal = new(), Identities = [new("email", Tag(new("email", "a@example.com")), null, true, default)], Consents = new Dictionary<string, bool> { ["service"] = false } };
        Assert.Equal("import_objected", Assert.IsType<RowDecision.Refuse>(Decide(Read(plan, "Ann", "a@example.com"), plan, objected)).Fault.Code);
        Assert.Equal("import_unknown_id", Assert.IsType<RowDecision.Refuse>(Decide(Read(plan, "Ann", "", Guid.NewGuid().ToString()), plan)).Fault.Code);
    }

    [Fact]
    public void The_first_row_of_a_person_counts()
    {
        var plan = Plan("name", "identity:email", "identity:phone");
        var seen = new FileDuplicates(plan, Tag);
        var reading = new RowReading(plan, Fields);
        ImportedRow Row(int no, params string[] cells) => seen.Mark(reading.Read(new CsvRecord(no + 1, no + 1, cells)));
        Assert.Null(Row(1, "Ann", "a@example.com").Fault);
        Assert.Null(Row(2, "Bob", "b@example.com", "13800001111").Fault);
        var again = Row(3, "Bobby", "", "+86 13800001111").Fault!;
        Assert.Equal((RowFault.Duplicate, "2"), (again.Kind, again.Arg));
    }

    [Fact]
    public void A_plan_says_what_is_wrong_with_it()
    {
        static string Faults(ImportPlan plan, int columns) => string.Join(' ', plan.Check(Fields, columns)?.Fields!.Select(one => $"{one.Key}:{one.Value[0].Code}") ?? []);
        Assert.Equal("", Faults(Plan("name", "ignore", "identity:phone", "identity:phone"), 4));
        Assert.Equal("columns:import_columns", Faults(Plan("name"), 2));
        Assert.Equal("columns.1:import_target_twice", Faults(Plan("name", "name"), 2));
        Assert.Equal("columns.1:import_target", Faults(Plan("name", "field:gone"), 2));
        Assert.Equal("columns:import_nobody", Faults(Plan("tags"), 1));
        Assert.Equal("existing:not_one_of", Faults(Plan("name") with { Existing = "x" }, 1));
        Assert.Equal("columns.1:import_target", Faults(Plan("name", "consent:service"), 2));
    }

    [Fact]
    public void Plans_are_stored_and_read_again()
    {
        var plan = Plan("name", "identity:email") with { MatchBy = ["email"], AddTags = ["x"] };
        var json = JsonSerializer.Serialize(plan, Server.Platform.Json.StrictJson.Options);
        Assert.Equal(plan.Columns, JsonSerializer.Deserialize<ImportPlan>(json, Server.Platform.Json.TolerantJson.Options)!.Columns);
    }
}
