import clinic.illustrations
import django.db.models.deletion
import modelcluster.fields
import wagtail.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('clinic', '0002_content'),
        ('wagtailcore', '0098_apitoken'),
    ]

    operations = [
        migrations.CreateModel(
            name='TherapyType',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True, verbose_name='slug')),
                ('name_en', models.CharField(max_length=120, verbose_name='English name')),
                ('name_es', models.CharField(max_length=120, verbose_name='Spanish name')),
                ('sort_order', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('description_en', models.TextField(blank=True, verbose_name='English description')),
                ('description_es', models.TextField(blank=True, verbose_name='Spanish description')),
                ('illustration', models.CharField(blank=True, choices=clinic.illustrations.choices, max_length=60, verbose_name='illustration')),
            ],
            options={
                'verbose_name': 'therapy type',
                'verbose_name_plural': 'therapy types',
                'ordering': ['sort_order', 'name_en'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CancerType',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True, verbose_name='slug')),
                ('name_en', models.CharField(max_length=120, verbose_name='English name')),
                ('name_es', models.CharField(max_length=120, verbose_name='Spanish name')),
                ('sort_order', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('family', models.CharField(choices=[('solid', 'Solid cancer'), ('blood', 'Blood cancer')], max_length=10, verbose_name='family')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='education.cancertype', verbose_name='broader type')),
            ],
            options={
                'verbose_name': 'cancer type',
                'verbose_name_plural': 'cancer types',
                'ordering': ['sort_order', 'name_en'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Synonym',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('term', models.CharField(max_length=120, verbose_name='term')),
                ('language', models.CharField(choices=[('en', 'en'), ('es', 'es')], max_length=2, verbose_name='language')),
                ('kind', models.CharField(choices=[('lay', 'Everyday word'), ('medical', 'Medical term'), ('abbreviation', 'Abbreviation'), ('generic', 'Generic drug name'), ('brand', 'Brand name')], max_length=20, verbose_name='kind')),
                ('cancer_type', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='synonyms', to='education.cancertype')),
                ('generic', models.ForeignKey(blank=True, help_text='For a brand name: the generic name of the same drug.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='brands', to='education.synonym')),
                ('therapy_type', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='synonyms', to='education.therapytype')),
            ],
            options={
                'verbose_name': 'synonym',
                'verbose_name_plural': 'synonyms',
                'ordering': ['term'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('cancer_type__isnull', False), ('therapy_type__isnull', True)), models.Q(('cancer_type__isnull', True), ('therapy_type__isnull', False)), _connector='OR'), name='synonym_of_exactly_one_term'), models.UniqueConstraint(fields=('term', 'language', 'cancer_type', 'therapy_type'), name='synonym_once_per_term', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='EducationIndexPage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('reviewed_on', models.DateField(blank=True, null=True, verbose_name='reviewed on')),
                ('next_review_due', models.DateField(blank=True, null=True, verbose_name='next review due')),
                ('is_demo_content', models.BooleanField(default=False, help_text='Says to readers that no clinician has reviewed this text yet.', verbose_name='demo content')),
                ('introduction', models.TextField(blank=True, help_text='The answer in one or two sentences. It also describes the page in lists.', verbose_name='introduction')),
                ('body', wagtail.fields.StreamField([('heading', 0), ('subheading', 1), ('paragraph', 2), ('callout', 6), ('key_points', 10), ('steps', 11), ('question', 14), ('quote', 17), ('table', 20), ('patient_text', 22), ('when_to_call', 27), ('urgent', 30), ('illustration', 34), ('image', 37), ('links', 43), ('page_cards', 46)], blank=True, block_lookup={0: ('clinic.blocks.text.HeadingBlock', (), {'group': 'Text'}), 1: ('clinic.blocks.text.SubheadingBlock', (), {'group': 'Text'}), 2: ('clinic.blocks.text.ParagraphBlock', (), {'group': 'Text'}), 3: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('note', 'Good to know'), ('ask', 'Ask your care team'), ('caution', 'Be careful')], 'label': 'Kind'}), 4: ('wagtail.blocks.CharBlock', (), {'help_text': 'Left empty, the kind is the title.', 'label': 'Title', 'required': False}), 5: ('wagtail.blocks.RichTextBlock', (), {'features': ['bold', 'italic', 'ul', 'ol', 'link', 'document-link'], 'label': 'Text'}), 6: ('wagtail.blocks.StructBlock', [[('kind', 3), ('title', 4), ('text', 5)]], {'group': 'Text'}), 7: ('wagtail.blocks.CharBlock', (), {'label': 'Title', 'required': False}), 8: ('wagtail.blocks.CharBlock', (), {'label': 'Key point'}), 9: ('wagtail.blocks.ListBlock', (8,), {'label': 'Key points'}), 10: ('wagtail.blocks.StructBlock', [[('title', 7), ('points', 9)]], {'group': 'Text'}), 11: ('clinic.blocks.text.StepsBlock', (), {'group': 'Text'}), 12: ('wagtail.blocks.CharBlock', (), {'label': 'Question'}), 13: ('wagtail.blocks.RichTextBlock', (), {'features': ['bold', 'italic', 'ul', 'ol', 'link', 'document-link'], 'label': 'Answer'}), 14: ('wagtail.blocks.StructBlock', [[('question', 12), ('answer', 13)]], {'group': 'Text'}), 15: ('wagtail.blocks.TextBlock', (), {'label': 'Quotation'}), 16: ('wagtail.blocks.CharBlock', (), {'label': 'Who said it', 'required': False}), 17: ('wagtail.blocks.StructBlock', [[('text', 15), ('attribution', 16)]], {'group': 'Text'}), 18: ('wagtail.blocks.CharBlock', (), {'label': 'Short text', 'required': False}), 19: ('wagtail.blocks.RichTextBlock', (), {'features': ['bold', 'italic', 'ul', 'ol', 'link', 'document-link'], 'label': 'Longer text', 'required': False}), 20: ('wagtail.contrib.typed_table_block.blocks.TypedTableBlock', [[('text', 18), ('rich_text', 19)]], {'group': 'Text'}), 21: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('emergency', 'When to call us or 911'), ('consent', 'Consent to be contacted'), ('other_trials', 'Consent to hear of other trials'), ('thank_you', 'Thank you'), ('next_steps', 'What happens next'), ('language_help', 'Language help'), ('privacy_practices', 'Notice of Privacy Practices'), ('nondiscrimination', 'Nondiscrimination notice')], 'label': 'Text'}), 22: ('wagtail.blocks.StructBlock', [[('key', 21)]], {'group': 'Text'}), 23: ('wagtail.blocks.CharBlock', (), {'label': 'Sign'}), 24: ('wagtail.blocks.ListBlock', (23,), {'help_text': 'Signs that cannot wait.', 'label': 'Call 911 or go to the emergency room'}), 25: ('wagtail.blocks.ListBlock', (23,), {'help_text': 'Signs that need our 24/7 line today.', 'label': 'Call us now, day or night'}), 26: ('wagtail.blocks.ListBlock', (23,), {'help_text': 'Signs that can wait.', 'label': 'Tell us at your next visit'}), 27: ('wagtail.blocks.StructBlock', [[('red', 24), ('amber', 25), ('green', 26)]], {'group': 'Safety'}), 28: ('wagtail.blocks.CharBlock', (), {'help_text': 'Left empty: the usual urgent title.', 'label': 'Title', 'required': False}), 29: ('wagtail.blocks.TextBlock', (), {'help_text': 'Left empty: the usual emergency text.', 'label': 'Text', 'required': False}), 30: ('wagtail.blocks.StructBlock', [[('title', 28), ('text', 29)]], {'group': 'Safety'}), 31: ('wagtail.blocks.ChoiceBlock', [], {'choices': clinic.illustrations.choices, 'label': 'Illustration'}), 32: ('wagtail.blocks.TextBlock', (), {'help_text': "For people who cannot see the drawing. Left empty, the drawing's own words are used.", 'label': 'Description', 'required': False}), 33: ('wagtail.blocks.TextBlock', (), {'label': 'Caption', 'required': False}), 34: ('wagtail.blocks.StructBlock', [[('name', 31), ('description', 32), ('caption', 33)]], {'group': 'Pictures'}), 35: ('wagtail.images.blocks.ImageBlock', [], {'label': 'Image'}), 36: ('wagtail.blocks.CharBlock', (), {'label': 'Caption', 'required': False}), 37: ('wagtail.blocks.StructBlock', [[('image', 35), ('caption', 36)]], {'group': 'Pictures'}), 38: ('wagtail.blocks.PageChooserBlock', (), {'label': 'Page', 'required': False}), 39: ('wagtail.blocks.URLBlock', (), {'label': 'Or an address', 'required': False}), 40: ('wagtail.blocks.CharBlock', (), {'help_text': "Left empty, the page's title is used.", 'label': 'Link text', 'required': False}), 41: ('wagtail.blocks.StructBlock', [[('page', 38), ('url', 39), ('text', 40)]], {}), 42: ('wagtail.blocks.ListBlock', (41,), {'label': 'Links'}), 43: ('wagtail.blocks.StructBlock', [[('title', 7), ('links', 42)]], {'group': 'Links'}), 44: ('wagtail.blocks.PageChooserBlock', (), {'label': 'Page'}), 45: ('wagtail.blocks.ListBlock', (44,), {'label': 'Pages'}), 46: ('wagtail.blocks.StructBlock', [[('title', 7), ('pages', 45)]], {'group': 'Links'})}, verbose_name='content')),
                ('reviewed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='clinic.person', verbose_name='reviewed by')),
            ],
            options={
                'verbose_name': 'education index page',
            },
            bases=('wagtailcore.page', models.Model),
        ),
        migrations.CreateModel(
            name='EducationPage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('reviewed_on', models.DateField(blank=True, null=True, verbose_name='reviewed on')),
                ('next_review_due', models.DateField(blank=True, null=True, verbose_name='next review due')),
                ('is_demo_content', models.BooleanField(default=False, help_text='Says to readers that no clinician has reviewed this text yet.', verbose_name='demo content')),
                ('introduction', models.TextField(blank=True, help_text='The answer in one or two sentences. It also describes the page in lists.', verbose_name='introduction')),
                ('section', models.CharField(choices=[('basics', 'How immunotherapy works'), ('types', 'Types of immunotherapy'), ('treatment', 'During treatment'), ('trials', 'Clinical trials')], default='basics', max_length=20, verbose_name='section')),
                ('is_side_effect_page', models.BooleanField(default=False, help_text='Shows the urgent panel with the 24/7 number at the top.', verbose_name='about side effects')),
                ('illustration', models.CharField(blank=True, choices=clinic.illustrations.choices, help_text='Stands beside the title and on cards that lead here.', max_length=60, verbose_name='illustration')),
                ('key_points', wagtail.fields.StreamField([('point', 0)], blank=True, block_lookup={0: ('wagtail.blocks.CharBlock', (), {'icon': 'tick', 'label': 'Key point', 'max_length': 240})}, verbose_name='key points')),
                ('body', wagtail.fields.StreamField([('heading', 0), ('subheading', 1), ('paragraph', 2), ('callout', 6), ('key_points', 10), ('steps', 11), ('question', 14), ('quote', 17), ('table', 20), ('patient_text', 22), ('when_to_call', 27), ('urgent', 30), ('illustration', 34), ('image', 37), ('links', 43), ('page_cards', 46)], blank=True, block_lookup={0: ('clinic.blocks.text.HeadingBlock', (), {'group': 'Text'}), 1: ('clinic.blocks.text.SubheadingBlock', (), {'group': 'Text'}), 2: ('clinic.blocks.text.ParagraphBlock', (), {'group': 'Text'}), 3: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('note', 'Good to know'), ('ask', 'Ask your care team'), ('caution', 'Be careful')], 'label': 'Kind'}), 4: ('wagtail.blocks.CharBlock', (), {'help_text': 'Left empty, the kind is the title.', 'label': 'Title', 'required': False}), 5: ('wagtail.blocks.RichTextBlock', (), {'features': ['bold', 'italic', 'ul', 'ol', 'link', 'document-link'], 'label': 'Text'}), 6: ('wagtail.blocks.StructBlock', [[('kind', 3), ('title', 4), ('text', 5)]], {'group': 'Text'}), 7: ('wagtail.blocks.CharBlock', (), {'label': 'Title', 'required': False}), 8: ('wagtail.blocks.CharBlock', (), {'label': 'Key point'}), 9: ('wagtail.blocks.ListBlock', (8,), {'label': 'Key points'}), 10: ('wagtail.blocks.StructBlock', [[('title', 7), ('points', 9)]], {'group': 'Text'}), 11: ('clinic.blocks.text.StepsBlock', (), {'group': 'Text'}), 12: ('wagtail.blocks.CharBlock', (), {'label': 'Question'}), 13: ('wagtail.blocks.RichTextBlock', (), {'features': ['bold', 'italic', 'ul', 'ol', 'link', 'document-link'], 'label': 'Answer'}), 14: ('wagtail.blocks.StructBlock', [[('question', 12), ('answer', 13)]], {'group': 'Text'}), 15: ('wagtail.blocks.TextBlock', (), {'label': 'Quotation'}), 16: ('wagtail.blocks.CharBlock', (), {'label': 'Who said it', 'required': False}), 17: ('wagtail.blocks.StructBlock', [[('text', 15), ('attribution', 16)]], {'group': 'Text'}), 18: ('wagtail.blocks.CharBlock', (), {'label': 'Short text', 'required': False}), 19: ('wagtail.blocks.RichTextBlock', (), {'features': ['bold', 'italic', 'ul', 'ol', 'link', 'document-link'], 'label': 'Longer text', 'required': False}), 20: ('wagtail.contrib.typed_table_block.blocks.TypedTableBlock', [[('text', 18), ('rich_text', 19)]], {'group': 'Text'}), 21: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('emergency', 'When to call us or 911'), ('consent', 'Consent to be contacted'), ('other_trials', 'Consent to hear of other trials'), ('thank_you', 'Thank you'), ('next_steps', 'What happens next'), ('language_help', 'Language help'), ('privacy_practices', 'Notice of Privacy Practices'), ('nondiscrimination', 'Nondiscrimination notice')], 'label': 'Text'}), 22: ('wagtail.blocks.StructBlock', [[('key', 21)]], {'group': 'Text'}), 23: ('wagtail.blocks.CharBlock', (), {'label': 'Sign'}), 24: ('wagtail.blocks.ListBlock', (23,), {'help_text': 'Signs that cannot wait.', 'label': 'Call 911 or go to the emergency room'}), 25: ('wagtail.blocks.ListBlock', (23,), {'help_text': 'Signs that need our 24/7 line today.', 'label': 'Call us now, day or night'}), 26: ('wagtail.blocks.ListBlock', (23,), {'help_text': 'Signs that can wait.', 'label': 'Tell us at your next visit'}), 27: ('wagtail.blocks.StructBlock', [[('red', 24), ('amber', 25), ('green', 26)]], {'group': 'Safety'}), 28: ('wagtail.blocks.CharBlock', (), {'help_text': 'Left empty: the usual urgent title.', 'label': 'Title', 'required': False}), 29: ('wagtail.blocks.TextBlock', (), {'help_text': 'Left empty: the usual emergency text.', 'label': 'Text', 'required': False}), 30: ('wagtail.blocks.StructBlock', [[('title', 28), ('text', 29)]], {'group': 'Safety'}), 31: ('wagtail.blocks.ChoiceBlock', [], {'choices': clinic.illustrations.choices, 'label': 'Illustration'}), 32: ('wagtail.blocks.TextBlock', (), {'help_text': "For people who cannot see the drawing. Left empty, the drawing's own words are used.", 'label': 'Description', 'required': False}), 33: ('wagtail.blocks.TextBlock', (), {'label': 'Caption', 'required': False}), 34: ('wagtail.blocks.StructBlock', [[('name', 31), ('description', 32), ('caption', 33)]], {'group': 'Pictures'}), 35: ('wagtail.images.blocks.ImageBlock', [], {'label': 'Image'}), 36: ('wagtail.blocks.CharBlock', (), {'label': 'Caption', 'required': False}), 37: ('wagtail.blocks.StructBlock', [[('image', 35), ('caption', 36)]], {'group': 'Pictures'}), 38: ('wagtail.blocks.PageChooserBlock', (), {'label': 'Page', 'required': False}), 39: ('wagtail.blocks.URLBlock', (), {'label': 'Or an address', 'required': False}), 40: ('wagtail.blocks.CharBlock', (), {'help_text': "Left empty, the page's title is used.", 'label': 'Link text', 'required': False}), 41: ('wagtail.blocks.StructBlock', [[('page', 38), ('url', 39), ('text', 40)]], {}), 42: ('wagtail.blocks.ListBlock', (41,), {'label': 'Links'}), 43: ('wagtail.blocks.StructBlock', [[('title', 7), ('links', 42)]], {'group': 'Links'}), 44: ('wagtail.blocks.PageChooserBlock', (), {'label': 'Page'}), 45: ('wagtail.blocks.ListBlock', (44,), {'label': 'Pages'}), 46: ('wagtail.blocks.StructBlock', [[('title', 7), ('pages', 45)]], {'group': 'Links'})}, verbose_name='content')),
                ('citations', wagtail.fields.StreamField([('citation', 4)], blank=True, block_lookup={0: ('wagtail.blocks.CharBlock', (), {'label': 'Title'}), 1: ('wagtail.blocks.CharBlock', (), {'label': 'Publisher'}), 2: ('wagtail.blocks.URLBlock', (), {'label': 'Address'}), 3: ('wagtail.blocks.DateBlock', (), {'label': 'Read on', 'required': False}), 4: ('wagtail.blocks.StructBlock', [[('title', 0), ('publisher', 1), ('url', 2), ('accessed', 3)]], {})}, verbose_name='sources')),
                ('cancer_types', modelcluster.fields.ParentalManyToManyField(blank=True, to='education.cancertype', verbose_name='cancer types')),
                ('related_pages', modelcluster.fields.ParentalManyToManyField(blank=True, to='education.educationpage', verbose_name='related pages')),
                ('reviewed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='clinic.person', verbose_name='reviewed by')),
                ('therapy_types', modelcluster.fields.ParentalManyToManyField(blank=True, to='education.therapytype', verbose_name='therapy types')),
            ],
            options={
                'verbose_name': 'education page',
            },
            bases=('wagtailcore.page', models.Model),
        ),
    ]
